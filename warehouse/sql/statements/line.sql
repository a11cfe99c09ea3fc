select text from measurement where line_sha256 = $sha256;
