"""The researcher's desk: studies and their keyrings, who recalls what, and the grant that a recall or a review gets."""
