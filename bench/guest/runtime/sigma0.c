/* SPDX-License-Identifier: BSD-2-Clause */
#include "sigma0.h"
#include "ipc.h"

static bool request(struct utcb *utcb, uint32_t label, uint32_t flexpage, uint32_t window)
{
	uint32_t accept = utcb->accept;
	struct ipc_result r;

	utcb->accept = window;
	r = ipc_call(utcb, ID_SIGMA0, TAG(1, label), flexpage, 0);
	utcb->accept = accept;
	return !ipc_failed(r) && TAG_TYPED_WORDS(r.tag);
}

bool sigma0_ports(struct utcb *utcb, uint32_t first, uint32_t log2)
{
	uint32_t ports = FLEXPAGE_PORTS(first, log2);

	return request(utcb, SIGMA0_PORTS, ports, ports);
}

bool sigma0_memory(struct utcb *utcb, uint32_t physical, uint32_t log2, uint32_t at)
{
	return request(utcb, SIGMA0_MEMORY, FLEXPAGE(physical, log2, FLEXPAGE_RIGHTS), FLEXPAGE(at, log2, FLEXPAGE_RIGHTS));
}
