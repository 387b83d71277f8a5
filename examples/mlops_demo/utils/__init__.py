"""What the blocks share: one module for each idea, so that training and prediction can never compute it differently."""
