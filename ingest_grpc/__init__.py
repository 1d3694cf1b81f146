"""From beacons to counts: the relay at the edge, the aggregator inside, and the wire between them."""
