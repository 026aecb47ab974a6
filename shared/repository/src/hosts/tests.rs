use super::*;

fn secret(text: &str) -> SecretText {
    SecretText::new(text.to_owned())
}

fn urls(host: &Host, path: &str, tag: &str) -> Vec<String> {
    host.archives(path, tag).into_iter().map(String::from).collect()
}

#[test]
fn the_built_in_hosts_have_their_archives() {
    let table = HostTable::built_in().unwrap();
    let github = "https://codeload.github.com/acme/tax/tar.gz";
    let gitlab = "https://gitlab.com/a/b/tax/-/archive";
    let cases = [
        (
            "github.com",
            "acme/tax",
            "v1.0",
            vec![format!("{github}/refs/tags/v1.0"), format!("{github}/v1.0")],
        ),
        (
            "github.com",
            "acme/tax",
            "release/1@2",
            vec![format!("{github}/refs/tags/release/1%402"), format!("{github}/release/1%402")],
        ),
        ("gitlab.com", "a/b/tax", "v1.0", vec![format!("{gitlab}/v1.0/tax-v1.0.tar.gz")]),
        ("gitlab.com", "a/b/tax", "rel/1", vec![format!("{gitlab}/rel/1/tax-rel-1.tar.gz")]),
    ];
    for (host, path, tag, expected) in cases {
        assert_eq!(urls(table.find(&[], host).unwrap(), path, tag), expected);
    }
    assert!(table.find(&[], "git.test").is_none());
}

#[test]
fn a_projects_host_comes_first() {
    let table: HostTable = "git.test:3000=http://git.test:3000/{path}/{tag}.tar.gz".parse().unwrap();
    let own = [Host::new("GitHub.com", "https://api.github.com/repos/{path}/tarball/{tag}", None).unwrap()];
    let found = urls(table.find(&own, "github.com").unwrap(), "a/b", "v1");
    assert_eq!(found, ["https://api.github.com/repos/a/b/tarball/v1"]);
    assert_eq!(table.names(&own), "git.test:3000, github.com, gitlab.com");
    let table =
        table.with(Host::new("git.test:3000", "https://x.test/?r={encodedPath}&t={tag}", None).unwrap());
    let found = urls(table.find(&[], "git.test:3000").unwrap(), "a/b", "v1");
    assert_eq!(found, ["https://x.test/?r=a%2Fb&t=v1"]);
}

#[test]
fn a_pattern_that_cannot_be_is_refused() {
    for archive in [
        "",
        "ftp://x.test/{path}/{tag}",
        "x.test/{path}/{tag}",
        "https://{name}.test/{path}/{tag}",
        "https://u:p@x.test/{path}/{tag}",
        "https://x.test/{path}",
        "https://x.test/{tag}",
        "https://x.test/{path}/{version}/{tag}",
        "https://x.test/{path}/{tag",
        " ",
        "https://x.test/{path}/{tag} https://y.test/{path}/{tag}",
        "https://x.test/{path}/{tag} http://x.test/{path}/{tag}",
        "https:///{path}/{tag}",
        "https://\t/{path}/{tag}",
        "https://\\{path}/{tag}",
        "https://x.test:0/{path}/{tag}",
    ] {
        let error = Host::new("x.test", archive, None).unwrap_err();
        assert!(matches!(error, InvalidHost::Archive(_)), "{archive}: {error}");
    }
    for name in ["", "x test", "https://x.test", "x.test:y", "x.test/y", "u@x.test"] {
        let error = Host::new(name, "https://x.test/{path}/{tag}", None).unwrap_err();
        assert!(matches!(error, InvalidHost::Name(_)), "{name}");
    }
    assert!("x.test".parse::<HostTable>().is_err());
}

#[test]
fn what_is_filled_in_is_not_looked_into() {
    let host = Host::new("x.test", "https://x.test/{path}?t={tag}#{name}", None).unwrap();
    let url = host.archives("a/{tag}?b", "{path}&c#d").remove(0);
    assert_eq!(url.path(), "/a/%7Btag%7D%3Fb");
    assert_eq!(url.query(), Some("t=%7Bpath%7D%26c%23d"));
}

#[test]
fn a_token_has_a_header_and_is_not_shown() {
    let bearer = Token::new("Authorization", &secret("hunter2")).unwrap();
    assert_eq!(
        (bearer.header().as_str(), bearer.value().to_str().unwrap()),
        ("authorization", "Bearer hunter2")
    );
    let private = Token::new(Token::PRIVATE_TOKEN, &secret("hunter2")).unwrap();
    assert_eq!((private.header().as_str(), private.value().to_str().unwrap()), ("private-token", "hunter2"));
    let host = Host::new("x.test", "https://x.test/{path}/{tag}", Some(private)).unwrap();
    assert!(!format!("{host:?} {bearer:?}").contains("hunter2"));
    for header in ["host", "a b", "", "Connection"] {
        assert!(matches!(Token::new(header, &secret("x")), Err(InvalidHost::Header(_))), "{header}");
    }
    for token in ["hunter2\r\nx: y", "", " "] {
        let error = Token::new("x-token", &secret(token)).unwrap_err();
        assert_eq!(error, InvalidHost::Token);
        assert!(!error.to_string().contains("hunter2"));
    }
}
