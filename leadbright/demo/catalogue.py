"""What the demo shop sells.

May not know how it is shown or who buys it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Picture = Literal["high", "mid", "low", "welly", "sock", "gaiter", "tin", "pack", "poles", "beanie", "flask"]


@dataclass(frozen=True, slots=True)
class Product:
    """One article. `price` is in whole euros, VAT included; `colours` are main, trim and accent of its picture."""

    key: str
    name: str
    kind: str
    price: int
    picture: Picture
    colours: tuple[str, str, str]
    line: str
    story: str
    facts: tuple[tuple[str, str], ...]
    sizes: tuple[str, ...] = ()


_BOOT_SIZES = tuple(str(size) for size in range(37, 48))
_SOCK_SIZES = ("36–38", "39–41", "42–44", "45–47")

PRODUCTS: tuple[Product, ...] = (
    Product(
        "alder",
        "Alder",
        "Walking boot",
        189,
        "mid",
        ("#8a5a34", "#4b3021", "#e2bd74"),
        "The one to own if you own only one.",
        "Full-grain leather, oiled in the hide, on a sole that a cobbler can take off and put back. Stiff enough for a "
        "day with a pack, soft enough to drive home in.",
        (
            ("Upper", "2.4 mm full-grain leather"),
            ("Lining", "Wool felt"),
            ("Sole", "Stitched, can be replaced"),
            ("Weight", "640 g a boot, size 42"),
        ),
        _BOOT_SIZES,
    ),
    Product(
        "bracken",
        "Bracken",
        "Low shoe",
        149,
        "low",
        ("#5d6b45", "#394130", "#d7a55b"),
        "For paths that are only sometimes wet.",
        "A shoe cut like a boot: the same last, the same rand against stones, and nothing around the ankle. Waxed "
        "canvas dries on a windowsill overnight.",
        (
            ("Upper", "Waxed canvas and suede"),
            ("Lining", "Cotton twill"),
            ("Sole", "Cemented, can be replaced"),
            ("Weight", "390 g a shoe, size 42"),
        ),
        _BOOT_SIZES,
    ),
    Product(
        "cairn",
        "Cairn",
        "Mountain boot",
        239,
        "high",
        ("#3f4a54", "#23292e", "#d0673a"),
        "Edges for steep ground, room for cold toes.",
        "A high shaft with a steel shank under the ball of the foot. It takes a strap crampon, and the rand runs "
        "all the way round.",
        (
            ("Upper", "2.8 mm rough-out leather"),
            ("Lining", "Wool felt, double at the toes"),
            ("Sole", "Stitched, steel shank"),
            ("Weight", "860 g a boot, size 42"),
        ),
        _BOOT_SIZES,
    ),
    Product(
        "drumlin",
        "Drumlin",
        "Winter boot",
        259,
        "high",
        ("#6e3b2c", "#3a221c", "#e9dcc3"),
        "Standing still in January.",
        "Shearling to the toes and a cork layer between foot and frost. Made for people who wait: for buses, for "
        "birds, for children on sledges.",
        (
            ("Upper", "2.4 mm full-grain leather"),
            ("Lining", "Shearling"),
            ("Sole", "Cork and rubber, stitched"),
            ("Weight", "790 g a boot, size 42"),
        ),
        _BOOT_SIZES,
    ),
    Product(
        "eddy",
        "Eddy",
        "Wellington",
        98,
        "welly",
        ("#2f5d50", "#1f3f37", "#efe6d2"),
        "Up to the shin in it.",
        "Natural rubber, dipped by hand, over a cotton sock that comes out to be washed. The heel has a ledge, so the "
        "boot comes off with the other foot.",
        (
            ("Upper", "Natural rubber"),
            ("Lining", "Cotton, comes out"),
            ("Sole", "Self-cleaning tread"),
            ("Weight", "920 g a boot, size 42"),
        ),
        _BOOT_SIZES,
    ),
    Product(
        "furze",
        "Furze",
        "Trail shoe",
        129,
        "low",
        ("#b0562f", "#5b2c1d", "#f0d9a8"),
        "Quick over roots.",
        "Light, with lugs deep enough for a ploughed field. The mesh lets water out as fast as it lets it in, which is "
        "the point.",
        (
            ("Upper", "Woven mesh with a rubber rand"),
            ("Lining", "None"),
            ("Sole", "6 mm lugs, cemented"),
            ("Weight", "290 g a shoe, size 42"),
        ),
        _BOOT_SIZES,
    ),
    Product(
        "gorse",
        "Gorse",
        "Wool socks",
        19,
        "sock",
        ("#c99a3b", "#6f4f1d", "#f4ead3"),
        "Two pairs: one to wear, one to dry.",
        "Loop-knit merino with a flat seam at the toe. They shrink to fit if washed hot, so don't.",
        (("Yarn", "78 % merino, 22 % nylon"), ("Height", "Mid calf"), ("Wash", "30 °C, inside out")),
        _SOCK_SIZES,
    ),
    Product(
        "heath",
        "Heath",
        "Gaiters",
        45,
        "gaiter",
        ("#4c5a63", "#2a3237", "#d0673a"),
        "Keeps the moor out of the boot.",
        "A strap under the sole, a hook at the laces, and a front that opens, so they go on last.",
        (("Cloth", "Ripstop nylon, waxed"), ("Closure", "Hook and storm flap"), ("Weight", "210 g a pair")),
    ),
    Product(
        "juniper",
        "Juniper",
        "Boot wax",
        12,
        "tin",
        ("#33533f", "#1d3226", "#e2bd74"),
        "Twice a winter, with a rag.",
        "Beeswax, lanolin and pine resin in a tin that closes. Enough for ten pairs, or one pair for ten years.",
        (("Content", "120 ml"), ("Made of", "Beeswax, lanolin, pine resin"), ("For", "Smooth and oiled leather")),
    ),
    Product(
        "knoll",
        "Knoll",
        "Day pack, 24 l",
        118,
        "pack",
        ("#7b6a3e", "#43391f", "#d0673a"),
        "Lunch, a jacket and someone else's jacket.",
        "One large room, one dry pocket and a back that breathes. Every buckle can be replaced without a needle.",
        (("Cloth", "Waxed canvas"), ("Volume", "24 l"), ("Weight", "880 g")),
    ),
    Product(
        "larch",
        "Larch",
        "Walking poles",
        76,
        "poles",
        ("#a97b4c", "#2f2a26", "#d0673a"),
        "For knees that remember.",
        "Three pieces of ash, joined by brass. Cork grips, steel tips, and a basket that does not come off in a bog.",
        (("Shaft", "Ash, three pieces"), ("Length", "105 to 135 cm"), ("Weight", "270 g a pole")),
    ),
    Product(
        "marten",
        "Marten",
        "Wool hat",
        29,
        "beanie",
        ("#a3402d", "#6b271b", "#f0d9a8"),
        "Warm when wet.",
        "Knitted in one piece, long enough to fold over the ears twice.",
        (("Yarn", "Lambswool"), ("Size", "One, it gives"), ("Wash", "By hand, seldom")),
    ),
)

BY_KEY = {product.key: product for product in PRODUCTS}
FEATURED = tuple(BY_KEY[key] for key in ("alder", "cairn", "bracken", "eddy", "drumlin", "furze"))


def related(product: Product) -> tuple[Product, ...]:
    """Four others, beginning with those after it."""
    start = PRODUCTS.index(product) + 1
    return (PRODUCTS[start:] + PRODUCTS[: start - 1])[:4]
