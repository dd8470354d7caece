"""The innovation network of a region, from tables of joint projects and patents."""
