set threads = 1;
