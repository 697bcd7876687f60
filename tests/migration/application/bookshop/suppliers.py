"""What the suppliers' servers would answer."""

PRICES = {"dune": 12, "emma": 8, "ulysses": 20}
RATES = {"EUR": 1, "USD": 2}
STOCK = {"dune": 3, "emma": 0}


def price(isbn: str) -> int:
    """A book's price; a KeyError for one that is not sold."""
    return PRICES[isbn]


def rate(currency: str) -> int:
    """The rate of a currency."""
    return RATES[currency]
