/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Checks of the core from the inside, in C++, for the suites of core_test.c.
 * Each returns NULL, or the expression that does not hold and its line.
 */
#ifndef CWQ_KUNIT_CORE_CHECKS_H
#define CWQ_KUNIT_CORE_CHECKS_H

#ifdef __cplusplus
extern "C" {
#endif

struct cwq_work_struct;

const char *core_list_starts_empty(void);
const char *core_list_is_fifo(void);
const char *core_list_adds_behind(void);
const char *core_list_adds_before(void);
const char *core_list_deletes_anywhere(void);
const char *core_list_takes_back(void);
const char *core_list_knows_linked(void);

const char *core_inbox_is_a_stack(void);
const char *core_inbox_rouses_once(void);
const char *core_inbox_shuts(void);
const char *core_inbox_is_collected(void);

const char *core_data_holds_cwq_and_flags(void);
const char *core_data_of_no_cwq(void);
const char *core_data_moves(void);
const char *core_data_finds_work(void);
const char *core_data_is_initialised(void);

/*
 * @work as the client's macros leave it: idle, on no list, with @func; @declared, it has
 * seen no call yet.
 */
const char *core_data_of_client(struct cwq_work_struct *work,
				void (*func)(struct cwq_work_struct *work),
				bool declared);

/* The core sets PENDING and nothing but PENDING of @work, or clears it. */
void core_data_set_pending(struct cwq_work_struct *work, bool pending);

#ifdef __cplusplus
}
#endif

#endif /* CWQ_KUNIT_CORE_CHECKS_H */
