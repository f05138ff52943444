"""What a watch would have alerted on: stored articles read again, in the order in which they came."""
