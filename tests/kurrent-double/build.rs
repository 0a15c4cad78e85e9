//! Compiles the protocol with nothing but a Rust toolchain: protox reads it in place of protoc.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=proto");
    let files = ["streams.proto", "serverfeatures.proto", "gossip.proto"];
    let descriptors = protox::compile(files, ["proto"])?;
    let compiler = tonic_prost_build::configure().build_client(false).bytes(".");
    compiler.compile_fds(descriptors)?;
    Ok(())
}
