// Package dns asks the DNS for what the validation of domains needs: the domain's Resolver over the network, or from a
// zone in memory.
package dns
