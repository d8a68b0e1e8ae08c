//! Programs that want to talk to somebody.

use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};

use crate::support::{limits, marker, printed};

#[test]
fn nobody_can_be_reached_where_that_is_claimed() {
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let name = marker();
    let abstract_address = SocketAddr::from_abstract_name(&name).unwrap();
    let listener = UnixListener::bind_addr(&abstract_address).unwrap();
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("socket");
    let beside = UnixListener::bind(&path).unwrap();
    udp.set_nonblocking(true).unwrap();
    let program = format!(
        "import socket\n\
        def attempt(what, kind, family, address):\n\
        \x20 try: s = socket.socket(family, kind); s.settimeout(5); s.connect(address); s.send(b'hello'); print(what)\n\
        \x20 except OSError: pass\n\
        attempt('tcp', socket.SOCK_STREAM, socket.AF_INET, ('127.0.0.1', {tcp}))\n\
        attempt('udp', socket.SOCK_DGRAM, socket.AF_INET, ('127.0.0.1', {udp}))\n\
        attempt('abstract', socket.SOCK_STREAM, socket.AF_UNIX, '\\0{name}')\n\
        attempt('path', socket.SOCK_STREAM, socket.AF_UNIX, {path:?})\n\
        try: print(socket.if_nameindex())\nexcept OSError: pass\n",
        tcp = tcp.local_addr().unwrap().port(),
        udp = udp.local_addr().unwrap().port(),
    );
    printed(&limits(), &program, |out, report| {
        let arrived = udp.recv(&mut [0; 16]).is_ok();
        if report.isolation.network {
            assert_eq!(out, "");
            assert!(!arrived);
        } else {
            // UDP goes through whenever nothing is claimed; if it did not, more should be claimed.
            assert!(out.contains("udp") && arrived, "{out}");
        }
    });
    drop((listener, beside));
}

#[test]
fn an_interface_cannot_be_brought_up() {
    let program = "import fcntl, socket, struct\n\
        try: s = socket.socketpair()[0]; fcntl.ioctl(s, 0x8914, struct.pack('16sh', b'lo', 1)); print('up')\nexcept OSError: print('no')";
    printed(&limits(), program, |out, _| assert_eq!(out, "no"));
}

#[test]
fn no_socket_of_any_family_can_be_made_but_a_connected_pair() {
    // AF_VSOCK shares the host's ports, whatever network namespace there is; datagram pairs can be sent from to any name.
    let program = "import asyncio, errno, socket\n\
        for family in range(64):\n\
        \x20 for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET, socket.SOCK_RAW):\n\
        \x20   try: socket.socket(family, kind); print('socket', family, kind)\n\
        \x20   except OSError as e: assert e.errno == errno.EAFNOSUPPORT, (family, kind, e)\n\
        \x20   if (family, kind) not in ((socket.AF_UNIX, socket.SOCK_STREAM), (socket.AF_UNIX, socket.SOCK_SEQPACKET)):\n\
        \x20     try: socket.socketpair(family, kind); print('pair', family, kind)\n\
        \x20     except OSError: pass\n\
        a, b = socket.socketpair()\na.send(b'through')\n\
        for action in (lambda: b.connect('/run/x'), lambda: b.bind('here'), lambda: b.bind('\\0here'), lambda: b.listen()):\n\
        \x20 try: action(); print('done')\n\
        \x20 except PermissionError: pass\n\
        async def later():\n  await asyncio.sleep(0)\n  return b.recv(16).decode()\n\
        print(asyncio.run(later()))";
    printed(&limits(), program, |out, report| {
        if report.isolation.network {
            assert_eq!(out, "through");
        }
    });
}
