"""The pages of the report, one file a page; the last three in one."""
