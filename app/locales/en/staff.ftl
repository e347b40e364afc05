# The staff's pages.
