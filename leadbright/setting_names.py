"""The settings by name, and what each of them says, in few words.

May not know their kinds or defaults: those are in `settings.py`.
"""

from __future__ import annotations

NAMES: dict[str, str] = {
    "data": "the folder for databases, journal, published files and the secret",
    "database": "the database of accounts, sites and definitions",
    "counts": "the database of counts",
    "cdn": "where releases are published",
    "cdn_base": "where browsers read what is published",
    "clean": "whether old releases' files are taken away once a day: on or off",
    "purge": "which CDN is told of releases; none for none",
    "web_url": "where people reach the web pages",
    "relay_url": "where browsers reach the relay",
    "aggregator": "where relays and web find aggregators",
    "secret": "what keys and links are derived from",
    "country_header": "the request header in which a proxy says the country",
    "country_db": "an .mmdb file of countries",
    "trusted_proxies": "the proxies whose headers are believed",
    "web_listen": "where the web listens",
    "relay_listen": "where the relay and the embedded CDN listen",
    "aggregator_listen": "where the aggregator listens",
    "shop_listen": "where the demo shop listens",
    "relay_cert": "the relay's certificate for https, in PEM",
    "relay_key": "the key of the relay's certificate",
    "grpc_cert": "what this machine shows to relays, webs and aggregators on others, in PEM",
    "grpc_key": "the key of that certificate",
    "grpc_ca": "the authority that signed the certificates of the others",
    "grpc_name": "the name in the aggregators' certificates, where it is not their address",
    "relay_metrics": "where the relay's first process shows its metrics; off for nowhere",
    "aggregator_metrics": "where the aggregator shows its metrics; off for nowhere",
    "relay_proof": "whether the relay proves once a minute that what is reported is counted: on or off",
    "guard": "for how many minutes a release is watched after it went live; off for not at all",
    "relay_workers": "how many processes take beacons",
    "relay_name": "what this relay is called by aggregators",
    "keep_days": "how many days are kept before only their year is",
    "sign_up": "who may sign up: open for everybody, closed for the invited",
    "tries": "how often a minute one place may try to sign in, and as often come with a wrong token",
    "tries_of_all": "how often a minute all places together may",
    "traces": "the OpenTelemetry collector that is sent traces, as http://HOST:4318; none for none",
    "log": "how the log is written: text or json",
}
