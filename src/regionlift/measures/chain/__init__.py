"""The industry chain: its links, which of them is broken, who could mend it, what hangs on whom."""
