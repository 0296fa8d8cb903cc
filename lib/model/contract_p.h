/*
 * model/contract_p.h -- private to lib/model: the cache of a configuration.
 */
#ifndef MODEL_CONTRACT_P_H
#define MODEL_CONTRACT_P_H

struct config;
struct contracts;

struct contracts *contracts_new(void);
void contracts_free(struct contracts *cache);
/* A registered schema changed. */
void contracts_forget(struct contracts *cache);

/* config.c */
struct contracts *config_contracts(const struct config *c);

#endif
