"""An article's history as events in the order of time, in words, for whoever shows them."""
