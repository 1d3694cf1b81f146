"""What the demo shop's landing page says: reviews, sizes, questions.

May not know how it is laid out.
"""

from __future__ import annotations

REVIEWS: tuple[tuple[int, str, str, str], ...] = (
    (5, "Four winters", "Same boots, third soles. The leather has gone the colour of a saddle.", "Alder, coast path"),
    (5, "Eleven hours of rain", "Feet dry, sandwich wet. I blame the bag.", "Cairn, two days in the hills"),
    (4, "Stiff until they weren't", "Three weeks of doubt, then nothing. I forget that I have them on.", "Alder, city"),
    (
        5,
        "The workshop wrote back",
        "Asked about a loose hook, got a drawing of the repair.",
        "Drumlin, birdwatching",
    ),
    (5, "Off with one foot", "Hands full of dog. The ledge at the heel is worth the money alone.", "Eddy, allotment"),
    (4, "Light and a bit loud", "They squeak on tiles for a month. On roots they are perfect.", "Furze, forest"),
    (
        5,
        "Shrunk one sock, kept the other",
        "It says so on the label. They sent one.",
        "Gorse, washing machine",
    ),
    (5, "Ten years in May", "Sent them in for the last time, they said it wasn't.", "Cairn, everywhere"),
)

SIZES: tuple[tuple[str, str, int], ...] = (
    ("37", "4", 235),
    ("38", "5", 242),
    ("39", "5½", 248),
    ("40", "6½", 255),
    ("41", "7½", 262),
    ("42", "8", 268),
    ("43", "9", 275),
    ("44", "9½", 282),
    ("45", "10½", 288),
    ("46", "11", 295),
    ("47", "12", 302),
)

QUESTIONS: tuple[tuple[str, str], ...] = (
    ("Are they waterproof?", "The leather is, for a day, if waxed. The seam at the tongue is what gives in first."),
    (
        "No membrane?",
        "No. A membrane is dry until it has a hole, and then it is a bucket. Wax can be renewed.",
    ),
    ("How long does a sole take?", "Nine days from parcel to parcel, twelve before Christmas."),
    ("Do I have to clean them first?", "Knock them together over a hedge. We do the rest."),
    ("Can I walk in them for 60 days?", "That is what the 60 days are for. Return them muddy, we have a room for it."),
    ("Who makes them?", "Nobody: this is a demo. If it weren't, they would be made in two towns by 31 people."),
)

KINDS: tuple[tuple[str, str], ...] = (("", "Everything"), ("boots", "Boots"), ("shoes", "Shoes"), ("kit", "Kit"))

INTRODUCTIONS: dict[str, str] = {
    "": "Twelve things for going out in the wrong weather.",
    "boots": "Something around the ankle, and something under the heel.",
    "shoes": "For paths that are only sometimes wet.",
    "kit": "What goes over, under and around a boot.",
}
