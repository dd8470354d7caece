"""Input-output accounts: tables and their audit, linkages, position, trade in value added."""
