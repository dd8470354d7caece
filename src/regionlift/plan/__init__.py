"""From broken links to a plan: actions and roadmap, realism of targets, lint, comparison."""
