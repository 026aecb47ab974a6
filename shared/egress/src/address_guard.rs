//! Which addresses may be reached. Our functions run inside our account, so a URL that a user names must not be
//! a way to what only our account can reach: the instance metadata, the loopback, the network behind the function.
//!
//! The ranges are those of the IANA special-purpose address registries (RFC 6890 and its successors).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u32, class: &'static str) -> (u32, u32, &'static str) {
    (Ipv4Addr::new(a, b, c, d).to_bits(), length, class)
}

/// IPv4 ranges that are refused: first address, prefix length, kind.
const REFUSED_V4: [(u32, u32, &str); 16] = [
    v4(0, 0, 0, 0, 8, "unspecified"),
    v4(10, 0, 0, 0, 8, "private"),
    v4(100, 64, 0, 0, 10, "shared by carriers"),
    v4(127, 0, 0, 0, 8, "loopback"),
    v4(169, 254, 0, 0, 16, "link-local"),
    v4(172, 16, 0, 0, 12, "private"),
    v4(192, 0, 0, 0, 24, "reserved"),
    v4(192, 0, 2, 0, 24, "for documentation"),
    v4(192, 88, 99, 0, 24, "a relay"),
    v4(192, 168, 0, 0, 16, "private"),
    v4(198, 18, 0, 0, 15, "for benchmarks"),
    v4(198, 51, 100, 0, 24, "for documentation"),
    v4(203, 0, 113, 0, 24, "for documentation"),
    v4(224, 0, 0, 0, 4, "multicast"),
    v4(255, 255, 255, 255, 32, "broadcast"),
    v4(240, 0, 0, 0, 4, "reserved"),
];

const fn v6(high: u16, next: u16, length: u32, class: &'static str) -> (u128, u32, &'static str) {
    (Ipv6Addr::new(high, next, 0, 0, 0, 0, 0, 0).to_bits(), length, class)
}

/// IPv6 ranges that are refused. What is in none of them is refused as well unless it is global unicast
/// (`2000::/3`).
const REFUSED_V6: [(u128, u32, &str); 9] = [
    (0, 128, "unspecified"),
    (1, 128, "loopback"),
    v6(0x0100, 0, 64, "discarded"),
    // Teredo, benchmarks, ORCHID: protocols of their own, some with an IPv4 address inside.
    v6(0x2001, 0, 23, "reserved"),
    v6(0x2001, 0x0db8, 32, "for documentation"),
    v6(0x3fff, 0, 20, "for documentation"),
    v6(0xfc00, 0, 7, "private"),
    v6(0xfe80, 0, 10, "link-local"),
    v6(0xff00, 0, 8, "multicast"),
];

/// Why `address` is not called, as a word that follows "its address is"; `None` when it is public.
///
/// An IPv6 address that stands for an IPv4 address (mapped, NAT64, 6to4) is judged by that.
pub fn refusal(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => refusal_v4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(inner) => refusal_v4(inner),
            None => refusal_v6(address),
        },
    }
}

fn refusal_v4(address: Ipv4Addr) -> Option<&'static str> {
    let bits = address.to_bits();
    let within = |(first, length, _): &&(u32, u32, &str)| (bits ^ first) >> (32 - length) == 0;
    REFUSED_V4.iter().find(within).map(|(_, _, class)| *class)
}

fn refusal_v6(address: Ipv6Addr) -> Option<&'static str> {
    let bits = address.to_bits();
    let within = |(first, length, _): &&(u128, u32, &str)| (bits ^ first) >> (128 - length) == 0;
    let global = bits >> 125 == 0b001;
    let other = || (!global).then_some("not global");
    REFUSED_V6.iter().find(within).map(|(_, _, class)| *class).or_else(other)
}

/// The IPv4 address that the network, or this machine, would call instead of `address`.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let inner = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        // Mapped, NAT64, 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => Some(inner(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        let table = include_str!("address_classes.txt");
        let mut rows = 0;
        for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (address, class) = line.split_once(' ').unwrap();
            let expected = Some(class.trim()).filter(|class| *class != "public");
            assert_eq!(refusal(address.parse().unwrap()), expected, "{address}");
            rows += 1;
        }
        assert!(rows >= 40, "{rows} rows");
    }

    proptest! {
        #[test]
        fn an_address_is_judged_the_same_in_every_wrapping(bits in any::<u32>()) {
            let inner = Ipv4Addr::from_bits(bits);
            let [a, b, c, d] = inner.octets().map(u16::from);
            let (high, low) = (a << 8 | b, c << 8 | d);
            let plain = refusal(inner.into());
            prop_assert_eq!(refusal(inner.to_ipv6_mapped().into()), plain);
            prop_assert_eq!(refusal(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low).into()), plain);
            prop_assert_eq!(refusal(Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1).into()), plain);
        }

        #[test]
        fn what_the_standard_library_calls_special_is_refused(bits in any::<u32>()) {
            let address = Ipv4Addr::from_bits(bits);
            if address.is_private() || address.is_loopback() || address.is_link_local()
                || address.is_multicast() || address.is_broadcast() || address.is_documentation()
                || address.is_unspecified()
            {
                prop_assert!(refusal(address.into()).is_some());
            }
        }

        #[test]
        fn only_global_unicast_is_called(bits in any::<u128>()) {
            let address = Ipv6Addr::from_bits(bits);
            let public = refusal(address.into()).is_none();
            prop_assert!(!public || bits >> 125 == 1 || embedded(address).is_some());
            prop_assert!(!public || !(address.is_unique_local() || address.is_unicast_link_local()));
        }
    }
}
