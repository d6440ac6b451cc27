//! Named immutable objects, durable when the call returns.
