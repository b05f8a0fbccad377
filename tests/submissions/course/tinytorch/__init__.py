"""The small course's library: something students import and may not change for others."""


class Pair:
    """Two numbers."""

    def __init__(self, first, second):
        self.first, self.second = first, second

    def swapped(self):
        """The same two the other way round."""
        return Pair(self.second, self.first)
