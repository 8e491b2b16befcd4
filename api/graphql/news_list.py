"""How news are listed, wherever they are: the table, the order, the filters."""

from datetime import date

from api.graphql import visibility
from api.graphql.arguments import short_text, terc
from api.graphql.scalars import plausible_date
from api.graphql.vocabulary import Argument, Filter, OrderKey, Table

NEWS = Table("read_news.news", "news", visibility.NEWS)

NEWEST_FIRST = (OrderKey("published_on", "date"), OrderKey("id", "uuid"))

OF_MUNICIPALITY = Filter(
    Argument(
        "municipality", str | None, "Only this municipality's: six digits of its TERC code.", terc
    ),
    "{row}.municipality_terc = {municipality}",
)
TAGGED = Filter(
    Argument("tag", str | None, "Only those with this tag, written exactly so.", short_text("tag")),
    "{row}.tags @> ARRAY[{tag}]",
)
SINCE = Filter(
    Argument(
        "since", date | None, "Published on this day or later.", plausible_date("since"), "date"
    ),
    "{row}.published_on >= {since}",
)
UNTIL = Filter(
    Argument(
        "until", date | None, "Published on this day or earlier.", plausible_date("until"), "date"
    ),
    "{row}.published_on <= {until}",
)
