"""The innovation platform: functions, processes, members, income, rules, and needs matched."""
