"""The whole system on one machine: the embedded AWS, the deploy, the demo."""
