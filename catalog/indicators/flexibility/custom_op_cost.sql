from probe('probe.custom_op_cost', 'custom_op_cost');
