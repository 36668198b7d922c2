//! Tests of the whole product.

mod house;
mod tidy;
