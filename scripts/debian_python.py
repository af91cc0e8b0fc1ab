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
from urllib.request import urlopen

SUITE = "unstable"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PYTHON = "python3.14"
OTHERWISE = "Please install Python 3.14.2 or newer yourself."

# Python and every library it loads, the C library included: the interpreter then runs
# on any older Debian, because it takes nothing from the system.
PACKAGES = (
    *("libc6", "libgcc-s1", "libstdc++6", "libexpat1", "zlib1g", "libssl3t64"),
    *("libffi8", "libsqlite3-0", "libbz2-1.0", "liblzma5", "libzstd1", "libuuid1"),
    *("libreadline8t64", "libncursesw6", "libtinfo6", "libdb5.3t64", "libcrypt1"),
    *("libpython3.14", "libpython3.14-minimal", "libpython3.14-stdlib"),
    *("libpython3.14-dev", "python3.14-dev", "python3.14-minimal", "python3.14-venv"),
    PYTHON,
)

# Debian's architecture -> its library folder and the loader in it.
LOADERS = {
    "amd64": ("x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
    "arm64": ("aarch64-linux-gnu", "ld-linux-aarch64.so.1"),
}


def output(*command: str) -> str:
    """Return what a command prints."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def run(*command: str | Path) -> None:
    """Run a command; what it says is no part of our own output."""
    subprocess.run(command, check=True, stdout=sys.stderr)


def fetch(address: str, digest: str | None = None) -> bytes:
    """Return what lies at an address, if it has the hash that is expected."""
    with urlopen(address, timeout=60) as answer:  # heeds the proxy variables
        content: bytes = answer.read()
    if digest and hashlib.sha256(content).hexdigest() != digest:
        sys.exit(f"{address} has not the hash that Debian signed. Nothing installed.")
    return content


def archives() -> list[str]:
    """Return the addresses of the archives that apt is configured with."""
    question = ("--format", "$(SITE)", "Created-By: Packages")
    sites = output("apt-get", "indextargets", *question).split()
    if not sites:  # A fresh container has no package lists yet.
        run("apt-get", "update")
        sites = output("apt-get", "indextargets", *question).split()
    return list(dict.fromkeys(sites))


def release(site: str, scratch: Path) -> str | None:
    """Return an archive's table of contents, if it has one that Debian signed."""
    signed, verified = scratch / "InRelease", scratch / "Release"
    try:
        signed.write_bytes(fetch(f"{site}/dists/{SUITE}/InRelease"))
    except OSError:
        return None
    gpgv = ("gpgv", "--keyring", KEYRING, "--output", verified, signed)
    if subprocess.run(gpgv, check=False).returncode:
        print(f"{site} is not signed by Debian, so not used.", file=sys.stderr)
        return None
    return verified.read_text()


def fields(lines: list[str]) -> dict[str, str]:
    """Return the one-line fields of a package's description."""
    return dict(line.split(": ", 1) for line in lines if ": " in line[1:])


def package_list(
    site: str, contents: str, architecture: str
) -> dict[str, dict[str, str]]:
    """Return the description of every package, by name."""
    folder = f"main/binary-{architecture}"
    digests = (line.split() for line in contents.split("\nSHA256:\n")[1].splitlines())
    digest = next(line[0] for line in digests if line[2:] == [f"{folder}/Packages.xz"])
    # By its hash, so that an archive that is just changing still has the one we mean.
    address = f"{site}/dists/{SUITE}/{folder}/by-hash/SHA256/{digest}"
    text = lzma.decompress(fetch(address, digest)).decode()
    packages = (fields(part.splitlines()) for part in text.split("\n\n") if part)
    return {package["Package"]: package for package in packages}


def unpack(
    site: str, packages: dict[str, dict[str, str]], root: Path, scratch: Path
) -> None:
    """Download the packages and unpack them into one folder."""

    def download(name: str) -> Path:
        package = packages[name]
        archive = scratch / f"{name}.deb"
        archive.write_bytes(fetch(f"{site}/{package['Filename']}", package["SHA256"]))
        return archive

    with ThreadPoolExecutor(max_workers=4) as pool:
        for archive in pool.map(download, PACKAGES):
            run("dpkg-deb", "-x", archive, root)


def main() -> None:
    """Unpack Python and print where it is."""
    folder, patchelf = Path(sys.argv[1]).resolve(), sys.argv[2]
    for tool in ("apt-get", "dpkg", "dpkg-deb", "gpgv"):
        if not shutil.which(tool):
            sys.exit(f"To unpack Debian's Python, '{tool}' is missing. {OTHERWISE}")
    if not KEYRING.exists():
        sys.exit(f"{KEYRING} (debian-archive-keyring) is missing. {OTHERWISE}")
    architecture = output("dpkg", "--print-architecture").strip()
    if architecture not in LOADERS:
        sys.exit(f"Nobody has tried this on {architecture}. {OTHERWISE}")
    triplet, loader = LOADERS[architecture]

    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        scratch = Path(temporary)
        for site in archives():
            if contents := release(site, scratch):
                break
        else:
            sys.exit(f"None of apt's archives has Debian {SUITE}. {OTHERWISE}")
        packages = package_list(site, contents, architecture)
        version = packages[PYTHON]["Version"]
        print(f"Unpacking {PYTHON} {version} from {site}.", file=sys.stderr)
        root = scratch / "root"
        unpack(site, packages, root, scratch)

        # Its own loader and libraries, where they will be once the folder has moved.
        binary, libraries = root / "usr/bin" / PYTHON, folder / "usr/lib" / triplet
        run(patchelf, "--set-interpreter", libraries / loader, binary)
        run(patchelf, "--force-rpath", "--set-rpath", libraries, binary)
        # pyconfig.h includes <x86_64-linux-gnu/python3.14/…>, found only by this link.
        (root / "usr/include" / PYTHON / triplet).symlink_to(Path("..", triplet))
        # Moved at the end: a folder that exists is a whole one.
        root.rename(folder)
    print(folder / "usr/bin" / PYTHON)


if __name__ == "__main__":
    main()
