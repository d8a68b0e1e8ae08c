//! TLS: who is trusted, and that nothing leads from it to where nothing is checked.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use codegen_hub::remote::{Client, Environment};
use codegen_hub::store::Cache;
use codegen_hub::testing::{Double, Remembering};
use codegen_hub::{HubError, Name};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A server on `localhost` that speaks TLS and passes everything on, with a certificate whose issuer's is written to a file.
fn front(to: SocketAddr, folder: &Path) -> (String, PathBuf) {
    let mut own = CertificateParams::new(Vec::new()).unwrap();
    own.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let own_key = KeyPair::generate().unwrap();
    let file = folder.join("ours.pem");
    std::fs::write(&file, own.self_signed(&own_key).unwrap().pem()).unwrap();
    let key = KeyPair::generate().unwrap();
    let issuer = Issuer::new(own, own_key);
    let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    let (listener, config) = (TcpListener::bind("localhost:0").unwrap(), Arc::new(config));
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that does not trust it hangs up.
            let _ = pass_on(stream, to, &config);
        }
    });
    (format!("https://localhost:{}", address.port()), file)
}

/// Passes on one request and its answer.
fn pass_on(stream: TcpStream, to: SocketAddr, config: &Arc<ServerConfig>) -> std::io::Result<()> {
    let connection = ServerConnection::new(Arc::clone(config)).map_err(std::io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    let (mut request, mut byte) = (Vec::new(), [0]);
    while !request.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        request.push(byte[0]);
    }
    let mut behind = TcpStream::connect(to)?;
    behind.write_all(&request)?;
    std::io::copy(&mut behind, &mut stream)?;
    stream.conn.send_close_notify();
    stream.flush()
}

#[test]
fn a_certificate_is_trusted_if_the_user_or_the_system_says_so() {
    let (double, folder) = (Double::new(), tempfile::tempdir().unwrap());
    double.put("a/b", "model.gguf", "GGUF");
    let hub: SocketAddr = double.endpoint().trim_start_matches("http://").parse().unwrap();
    let (endpoint, file) = front(hub, folder.path());
    let Name::Hub(name) = Name::parse("hf:a/b").unwrap().unwrap() else { panic!() };
    let mut environment = Environment::read(&|_| None, Some(folder.path().to_owned())).unwrap();
    environment.endpoint = endpoint;
    environment.cache = Cache::new(folder.path().join("hub"));
    let listing =
        |environment: &Environment| Client::new(environment.clone())?.listing(&name, &mut Remembering::default());

    // Another authority's word is none.
    let (_, other) = front(hub, &{
        let other = folder.path().join("other");
        std::fs::create_dir(&other).unwrap();
        other
    });
    environment.certificates = [Some(other), None];
    let error = listing(&environment).unwrap_err();
    assert!(matches!(error, HubError::Certificate { .. }), "{error:?}");
    let said = error.to_string();
    assert!(said.contains("localhost") && said.contains("SSL_CERT_FILE"), "{said}");
    assert_eq!(double.asked(), []);

    environment.certificates = [Some(folder.path().join("none.pem")), None];
    let said = listing(&environment).unwrap_err().to_string();
    assert!(said.contains("no certificates") && said.contains("ca-certificates"), "{said}");

    environment.certificates = [Some(file), None];
    environment.token = Some("hf_good".to_owned());
    let found = listing(&environment).unwrap();
    assert_eq!(found.files.len(), 1);
    assert_eq!(double.asked()[0].authorization.as_deref(), Some("Bearer hf_good"));

    // The host of large files speaks no TLS here.
    let client = Client::new(environment).unwrap();
    let said = client.fetch(&name, &found, &found.files, &mut Remembering::default()).unwrap_err().to_string();
    assert!(said.contains("where nothing is checked"), "{said}");
}
