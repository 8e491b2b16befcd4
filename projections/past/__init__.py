"""What a read model showed at any time, and what was true on any day: its rows with the times they stood.

The same folds as the living read model's are run in memory over the streams that an event touches, once
in the order in which events were recorded and once in the order in which they came true; the rows that
come out are kept with the positions between which they were known (`axis` KNOWN), and with the days
between which they were true as well (TRUE). A question about the past is then the question about the
present, asked of those rows.
"""

from projections.past.projection import PastProjection

__all__ = ["PastProjection"]
