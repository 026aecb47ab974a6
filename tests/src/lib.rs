//! slipway_tests
