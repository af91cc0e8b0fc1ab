"""Unpack Debian's own Python 3.14 into a folder, without touching the system.

For machines where neither a Python 3.14 nor the usual download of one is to be had.
The archive's address comes from apt's configuration; what it serves is trusted only as
far as Debian's signature reaches: InRelease by gpgv, the package list by InRelease,
each package by the package list.

Usage: debian_python.py FOLDER PATCHELF   (prints the interpreter's path)
"""

from concurrent.futures import ThreadPoolExecutor
import hashlib
import lzma
from pathlib import Path
import shutil
import subprocess
import sys
import tempfile
from urllib.error import URLError
from urllib.request import urlopen

SUITE = "unstable"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PYTHON = "python3.14"

# Python and every library it loads, the C library included: the interpreter then runs
# on any older Debian, because it takes nothing from the system.
PACKAGES = """
    libc6 libgcc-s1 libstdc++6 libexpat1 zlib1g libssl3t64 libffi8 libsqlite3-0
    libbz2-1.0 liblzma5 libzstd1 libuuid1 libreadline8t64 libncursesw6 libtinfo6
    libdb5.3t64 libcrypt1 libpython3.14 libpython3.14-minimal libpython3.14-stdlib
    libpython3.14-dev python3.14 python3.14-minimal python3.14-venv python3.14-dev
""".split()

# Debian's architecture -> its library folder and the loader in it.
LOADERS = {
    "amd64": ("x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
    "arm64": ("aarch64-linux-gnu", "ld-linux-aarch64.so.1"),
}


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def fetch(address):
    with urlopen(address, timeout=60) as answer:  # respects the proxy variables
        return answer.read()


def check(content, digest, what):
    if hashlib.sha256(content).hexdigest() != digest:
        sys.exit(f"{what} does not have the hash that Debian signed; nothing was installed.")
    return content


def archives():
    """Return the archives that apt is configured with."""
    command = ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"]
    sites = output(*command).split()
    if not sites:  # A fresh container has no lists yet.
        subprocess.run(["apt-get", "update"], check=True, stdout=sys.stderr)
        sites = output(*command).split()
    return list(dict.fromkeys(sites))


def release(site, scratch):
    """Return the archive's signed table of contents, or None if it has no such suite."""
    try:
        signed = fetch(f"{site}/dists/{SUITE}/InRelease")
    except (URLError, OSError):
        return None
    (scratch / "InRelease").write_bytes(signed)
    verified = scratch / "Release"
    gpgv = ["gpgv", "--keyring", KEYRING, "--output", verified, scratch / "InRelease"]
    result = subprocess.run(gpgv, stderr=subprocess.PIPE, text=True)
    if result.returncode:
        print(f"{site} is not signed by Debian:\n{result.stderr}", file=sys.stderr)
        return None
    return verified.read_text()


def package_list(site, contents, architecture):
    """Return the fields of every package, by name."""
    path = f"main/binary-{architecture}/Packages.xz"
    digest = next(
        digest
        for digest, _, name in (
            line.split() for line in contents.partition("\nSHA256:\n")[2].splitlines() if line[:1] == " "
        )
        if name == path
    )
    # By hash, so that an archive that changes meanwhile still gives the file we mean.
    address = f"{site}/dists/{SUITE}/{path.rpartition('/')[0]}/by-hash/SHA256/{digest}"
    text = lzma.decompress(check(fetch(address), digest, path)).decode()
    paragraphs = (
        dict(line.split(": ", 1) for line in paragraph.splitlines() if ": " in line and line[0] != " ")
        for paragraph in text.split("\n\n")
        if paragraph
    )
    return {fields["Package"]: fields for fields in paragraphs}


def unpack(site, packages, root, scratch):
    def download(name):
        fields = packages[name]
        package = scratch / f"{name}.deb"
        package.write_bytes(check(fetch(f"{site}/{fields['Filename']}"), fields["SHA256"], name))
        return package

    with ThreadPoolExecutor(max_workers=4) as pool:
        for package in pool.map(download, PACKAGES):
            subprocess.run(["dpkg-deb", "-x", package, root], check=True)


def main():
    folder, patchelf = Path(sys.argv[1]).resolve(), sys.argv[2]
    for tool in ("apt-get", "dpkg", "dpkg-deb", "gpgv"):
        if not shutil.which(tool):
            sys.exit(f"Debian's Python needs '{tool}', which is not here. Please install Python 3.14 yourself.")
    if not KEYRING.exists():
        sys.exit(f"{KEYRING} is missing (package debian-archive-keyring). Please install it, or Python 3.14.")
    architecture = output("dpkg", "--print-architecture").strip()
    if architecture not in LOADERS:
        sys.exit(f"No recipe for {architecture}. Please install Python 3.14 yourself.")
    triplet, loader = LOADERS[architecture]

    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        scratch = Path(scratch)
        for site in archives():
            contents = release(site, scratch)
            if contents:
                break
        else:
            sys.exit(f"None of apt's archives offers Debian {SUITE}. Please install Python 3.14 yourself.")
        packages = package_list(site, contents, architecture)
        print(f"Unpacking Debian's {PYTHON} {packages[PYTHON]['Version']} from {site}.", file=sys.stderr)
        root = scratch / "root"
        unpack(site, packages, root, scratch)

        # Its own loader and libraries, at the place where the folder will end up.
        libraries = Path("usr/lib", triplet)
        binary = root / "usr/bin" / PYTHON
        subprocess.run([patchelf, "--set-interpreter", folder / libraries / loader, binary], check=True)
        subprocess.run([patchelf, "--force-rpath", "--set-rpath", folder / libraries, binary], check=True)
        # pyconfig.h includes <x86_64-linux-gnu/python3.14/…>: only found with this link.
        (root / "usr/include" / PYTHON / triplet).symlink_to(Path("..", triplet))
        # Moved at the end: a folder that exists is a whole one.
        root.rename(folder)
    print(folder / "usr/bin" / PYTHON)


if __name__ == "__main__":
    main()
