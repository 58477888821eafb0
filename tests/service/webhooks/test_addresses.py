"""Which addresses may be sent to."""

from ipaddress import ip_address

import pytest

from service.webhooks.addresses import AddressRefused, Target, checked_url, is_public, require_public

PRIVATE = [
    *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("100.100.100.200", "0.0.0.0", "0.1.2.3", "255.255.255.255", "224.0.0.1", "239.1.1.1", "240.0.0.1", "192.0.2.1", "198.18.0.1"),
    *("168.63.129.16", "192.0.0.192", "192.88.99.1", "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
    *("64:ff9b:1::1", "2002:7f00:1::", "2002:c0a8:101::1", "2001:0:7f00:1::", "2001:db8::1", "fe80::1%eth0"),
]
PUBLIC = ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_of_a_network_of_somebody_are_refused(address: str) -> None:
    assert not is_public(ip_address(address))
    with pytest.raises(AddressRefused, match="private network"):
        require_public(["8.8.8.8", address])


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_internet_are_allowed(address: str) -> None:
    assert is_public(ip_address(address))
    require_public([address])


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.com/", "ftp://example.com/", "example.com", "", "https://", "https:///x", "https://exa mple.com/"),
        *("https://u:p@example.com/", "https://u@example.com/", "https://example.com/#x", "https://example.com:0/", "https://a:99999/"),
        *("https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/latest", "https://[::1/"),
        *("https://example.com/" + "x" * 2000, "https://exämple.com/", "https://example.com/\r\nX: y", "https://10.0.0.1:8443/a"),
    ],
)
def test_a_url_that_may_not_be_sent_to(url: str) -> None:
    with pytest.raises(AddressRefused):
        checked_url(url, allow_private=False)


def test_a_url_is_read() -> None:
    assert checked_url("https://Example.com/a?b=c", allow_private=False) == Target("https", "example.com", 443)
    assert checked_url("https://[2606:4700::1]:8443/", allow_private=False) == Target("https", "2606:4700::1", 8443)


def test_an_operator_may_allow_private_receivers() -> None:
    assert checked_url("http://10.0.0.1:8080/", allow_private=True) == Target("http", "10.0.0.1", 8080)
