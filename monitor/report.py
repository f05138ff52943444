"""What the archive says of watches, feeds and companies: noise, latency, who was first, and what is spoken of."""
