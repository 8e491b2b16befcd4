from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from infra.seal.merkle import leaf_hash, node_hash, proof_of, root_from_proof, root_of

# The seven inputs and roots of the Certificate Transparency reference implementation's tests.
REFERENCE = [
    ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    (
        "606162636465666768696a6b6c6d6e6f",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ),
]


def split_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, word by word."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(split_root(leaves[:k]), split_root(leaves[k:]))


def test_roots_are_those_of_certificate_transparency() -> None:
    leaves = []
    for data, root in REFERENCE:
        leaves.append(leaf_hash(bytes.fromhex(data)))
        assert root_of(leaves).hex() == root


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert root_of([]) == sha256(b"").digest()


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=70))
def test_pairing_level_by_level_gives_the_tree_of_the_standard(data: list[bytes]) -> None:
    leaves = [leaf_hash(entry) for entry in data]
    assert root_of(leaves) == split_root(leaves)


@given(st.integers(1, 70), st.data())
def test_a_proof_leads_to_the_root_and_only_from_its_own_leaf(
    count: int, data: st.DataObject
) -> None:
    leaves = [leaf_hash(bytes([n])) for n in range(count)]
    index = data.draw(st.integers(0, count - 1))
    path = proof_of(leaves, index)
    assert root_from_proof(leaves[index], index, count, path) == root_of(leaves)
    assert root_from_proof(leaf_hash(b"forged"), index, count, path) != root_of(leaves)
    assert root_from_proof(leaves[index], index, count, [*path, path[0] if path else b""]) is None
    assert root_from_proof(leaves[index], count, count, path) is None
