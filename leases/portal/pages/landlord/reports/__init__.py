"""A landlord's reports: the address is the view, and the file beside it is the same view as CSV."""
