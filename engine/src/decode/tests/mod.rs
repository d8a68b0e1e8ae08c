mod lookup;
mod prefix;
mod sampling;
mod text;
mod window;
