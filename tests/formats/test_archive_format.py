"""The formats at rest are what the reference says, and what archives of version 1 hold."""

from __future__ import annotations

import base64
import json
import pickle
import sqlite3
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from kigen import archives
from kigen.backends import frame
from kigen.fingerprint import fingerprint
from kigen.testing.backend import NAMES, a_record

# A record of version 1, as one file.
GOLDEN = bytes.fromhex(
    "896b6967656e0d0a9078857e01000100c2000000050000001f00000000000000e2d753e30900000000000000"
    "6de4be926e616d653a2022303030303030303030303030303030303030303030303030303061626364656622"
    "0a636f6465633a20227069636b6c65220a66756e6374696f6e3a20226d6f64756c652e66756e6374696f6e22"
    "0a636f64653a2022626f64793a30313233220a637265617465643a20313730303030303030302e32350a656c"
    "61707365643a20302e3132350a6669656c64733a207b226c72223a20302e312c20226e616d65223a20225c75"
    "30306539227d0a726573756c743a205b312c20325d0a006b6579ff80059514000000000000005d94284b0147"
    "40040000000000008c017894652e626262626262626262"
)


def test_a_record_file_is_what_the_reference_draws(tmp_path):
    """Read by the table in docs/reference/archive-format.md, not by our reader."""
    archive = archives.open(tmp_path / "runs")
    array = np.arange(70_000.0)
    name = fingerprint("key")
    archive.store(name, "key", {"a": array}, function="m.f", fields={"lr": 0.1}, elapsed=2)
    data = (tmp_path / "runs" / name[:2] / name[2:]).read_bytes()
    magic, head_crc, version, buffers, described, keyed, size, data_crc = struct.unpack_from(
        "<8sIHHIIQI", data
    )
    assert (magic, version, buffers) == (b"\x89kigen\r\n", 1, 1)
    length, _ = struct.unpack_from("<QI", data, 36)
    description = data[48 : 48 + described]
    key = data[48 + described : 48 + described + keyed]
    start = 48 + described + keyed
    assert zlib.crc32(data[12:start]) == head_crc
    assert zlib.crc32(data[start : start + size]) == data_crc
    assert length == array.nbytes
    assert len(data) == start + size + length
    lines = dict(line.split(": ", 1) for line in description.decode().splitlines())
    assert list(lines)[:2] == ["name", "codec"]
    assert json.loads(lines["name"]) == name
    assert json.loads(lines["fields"]) == {"lr": 0.1}
    assert pickle.loads(key) == "key"
    value = pickle.loads(data[start : start + size], buffers=[data[start + size :]])
    assert np.array_equal(value["a"], array)


def test_a_record_file_of_version_1_is_read_and_written_the_same(tmp_path):
    """Byte by byte."""
    record = a_record(NAMES[2], data=pickle.dumps([1, 2.5, "x"], 5), buffers=(b"b" * 9,))
    path = tmp_path / "record"
    with open(path, "wb", buffering=0) as file:
        frame.write(file, record)
    assert path.read_bytes() == GOLDEN
    path.write_bytes(GOLDEN)
    found = frame.read(str(path), NAMES[2])
    assert found[:10] == record[:10]
    assert [bytes(buffer) for buffer in found.buffers] == [b"b" * 9]


# A database of version 1, closed: {"a": 1, ("b", 2.5): [None, "x"]}, compressed.
DATABASE = (
    "c-rllO>fgM7{{G7TSlcaE-;N;yp3s_2&G-Sw!5tzVH!(UXv@nqrpig2Eoz!<O|q2}FbPgOq4ELXOK|1NofBdQgpf"
    "EQ4u}g9ZtA_NXjcUONsjHuPoBsAN0H-H?x>cJq3Jdo$cHH~0C*nEK?nfgNfE#ikyCw+7Erg=9nc#d#C0wv{se+>3"
    "-lY}JK;NNFc^$~jHly*cu|rDcE`6Zywk*9VEZ1e=F3XHs=#}T%6&*pFkgWcMOEgj&<q^iw_HbtriE?8lc|pkv5hu"
    "8Y{<|+KK88!p46L|G>K&*aI6;IboGsisZOlJ0S7fOyjd<4Nfg~}8Xhc_ZzyG0Sb<G<$1--^h&Uuk+_M=UX*M=c1F"
    "d6&Rsx-AHD6E_NR4nZ3JGE0s`8);mrJDFRaH5(A56d3nC==q@1e7WB%69_h^{#tq6tD(!Z2M!SDs^rI(`HTYN>FP"
    "RPU8_8`%Lq=4e_rJ{Cpaz<S*a8gOyBsw@!6PTswNkx~1jPgI5;_G`$q$cj%aYid{Hx{6Do;`Fi5ia(+F!6Q4Z`0e"
    "syF<)MROUepUznA(`*ZBUSyu<;^F>uS<vdOMqLxJyx{TkJ^mZXi&UOv!yYh#^FS{wo5YjR;Q7z_r3(d99Jz8H&%0"
    "E`ueGvpYn<#L*4&KlWFA~}mN%I1>OIBDp{Ea|5*sr-kxBcHx~SzUDk+m_*IYjo{N-^&X$+8(F17v|_G`guFPY3X$"
    "v6Ne~uSZhx%?{Td*j$i$}`ip<RfB7LtCom`vUjjm3B9Td(+39QwX~@i`(}|gcnNH>KG&1#6I!Pz6|20XX_8q20N4"
    "b``_@MOS2LP|Ou4kg*{{IGuAIXKmU@#aA#^219NRd11ON1Yb6wjUYwa_{LcmD)17z_r3!T4YJ4V+_cP5"
)


def test_a_database_of_version_1_is_read(tmp_path):
    """Archives of today are read tomorrow."""
    path = tmp_path / "old.db"
    path.write_bytes(zlib.decompress(base64.b85decode(DATABASE)))
    with archives.open(path) as archive:
        assert dict(archive) == {"a": 1, ("b", 2.5): [None, "x"]}
        assert archive.verify() == {}
        archive["c"] = 3
        assert len(archive) == 3


@pytest.mark.parametrize("codec", ["pickle", "dill"])
def test_rows_are_what_the_reference_says(tmp_path, codec):
    """Columns and both checksums, computed here from the reference."""
    path = tmp_path / "runs.db"
    value = 0.5 if codec == "pickle" else (lambda: 1)
    with archives.open(path) as archive:
        archive.store(fingerprint("k"), "k", value, function="f", code="c", fields={"x": 1})
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    (row,) = db.execute("SELECT * FROM records").fetchall()
    assert db.execute("PRAGMA application_id").fetchone()[0] == 0x6B69676E
    assert db.execute("PRAGMA user_version").fetchone()[0] == 1
    assert db.execute("PRAGMA page_size").fetchone()[0] == 2048
    db.close()
    checksum = zlib.crc32(row["name"].encode())
    if codec != "pickle":
        checksum = zlib.crc32(codec.encode(), checksum)
    assert row["codec"] == codec
    assert row["checksum"] == zlib.crc32(row["value"], checksum)
    columns = ("name", "function", "code", "codec", "fields", "result")
    head = zlib.crc32("\0".join(str(row[column]) for column in columns).encode())
    assert row["head_checksum"] == zlib.crc32(row["key"], head)
    assert row["file"] is None
    assert pickle.loads(row["key"]) == "k"


def test_files_beside_a_database_are_record_files(tmp_path):
    """So that one reader reads both."""
    with archives.open(tmp_path / "runs.db") as archive:
        archive["large"] = np.arange(50_000.0)
    (file,) = Path(f"{tmp_path}/runs.db.values").iterdir()
    name = fingerprint("large")
    assert file.name.startswith(f"{name}-")
    assert pickle.loads(frame.read(str(file), name).key) == "large"
