from probe('probe.introspection', 'introspection');
