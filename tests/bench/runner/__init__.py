"""What scripts/bench is made of: peers, tools, network, rows, report, plot."""
