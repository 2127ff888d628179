"""What scripts/bench is made of: peers, tools, rows, report, plot."""
