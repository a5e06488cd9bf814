package domain

import (
	"context"
	"slices"
)

// partnerConfigID is how the audit log and an import name the partner config.
const partnerConfigID = "partner"

// clearedRevision is the revision of a partner config in which nothing is set.
const clearedRevision = "empty"

// GetPartner answers the partner's own details.
func (s *Service) GetPartner(ctx context.Context, a Actor) (Partner, error) {
	if err := a.require(ScopeCatalogueRead); err != nil {
		return Partner{}, err
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) (Partner, error) { return tx.Partners().Get(ctx, a.PartnerID) })
}

// GetPartnerConfig answers the partner config, which always exists.
func (s *Service) GetPartnerConfig(ctx context.Context, a Actor) (PartnerConfig, error) {
	if err := a.require(ScopePartnerManage); err != nil {
		return PartnerConfig{}, err
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) (PartnerConfig, error) {
		config, _, err := configOf(ctx, tx, a.PartnerID)
		return config, err
	})
}

// configOf answers the config and whether anything in it is set.
func configOf(ctx context.Context, tx Tx, partnerID string) (PartnerConfig, bool, error) {
	config, ok, err := find(ctx, tx.PartnerConfigs(), partnerID)
	if !ok {
		config = PartnerConfig{PartnerID: partnerID, OutboundIPs: []string{}, InboundIPs: []string{}, Revision: clearedRevision}
	}
	return config, ok, err
}

// PutPartnerConfig replaces the partner config. RFIs that exist are not rewritten.
func (s *Service) PutPartnerConfig(ctx context.Context, a Actor, in PartnerConfigInput, pre Precondition) (PartnerConfig, error) {
	if err := a.require(ScopePartnerManage); err != nil {
		return PartnerConfig{}, err
	}
	config, _, err := putting(ctx, s, func(ctx context.Context, tx Tx) (PartnerConfig, bool, error) {
		return s.putPartnerConfig(ctx, tx, a, in, pre)
	})
	return config, err
}

// DeletePartnerConfig clears the partner config; clearing it twice is no error.
func (s *Service) DeletePartnerConfig(ctx context.Context, a Actor, pre Precondition) error {
	_, err := s.PutPartnerConfig(ctx, a, PartnerConfigInput{}, pre)
	return err
}

func (s *Service) putPartnerConfig(ctx context.Context, tx Tx, a Actor, in PartnerConfigInput, pre Precondition) (PartnerConfig, bool, error) {
	old, wasSet, err := configOf(ctx, tx, a.PartnerID)
	if err != nil {
		return PartnerConfig{}, false, err
	}
	if err := pre.check(true, old.Revision, "partner config", partnerConfigID); err != nil {
		return PartnerConfig{}, false, err
	}
	config, found := newPartnerConfig(a.PartnerID, in)
	if err := found.err(); err != nil {
		return PartnerConfig{}, false, err
	}
	sameHost := sameSmarthost(config.Smarthost, old.Smarthost)
	if sameHost {
		config.Smarthost = old.Smarthost // in its first spelling
	}
	if sameHost && slices.Equal(config.OutboundIPs, old.OutboundIPs) && slices.Equal(config.InboundIPs, old.InboundIPs) {
		return old, false, nil
	}
	done := change{Kind: KindPartnerConfig, ObjectID: partnerConfigID, After: config}
	if wasSet {
		done.Before = old
	}
	if len(config.OutboundIPs) == 0 && len(config.InboundIPs) == 0 && config.Smarthost == nil {
		config.Revision, done.After = clearedRevision, nil
		err = tx.PartnerConfigs().Delete(ctx, a.PartnerID)
	} else {
		config.Revision = newRevision()
		err = tx.PartnerConfigs().Put(ctx, config)
	}
	if err != nil {
		return PartnerConfig{}, false, err
	}
	return config, !wasSet, s.audit(ctx, tx, a, done)
}

// newPartnerConfig judges a partner config.
func newPartnerConfig(partnerID string, in PartnerConfigInput) (PartnerConfig, Findings) {
	config := PartnerConfig{PartnerID: partnerID}
	var found, more Findings
	config.OutboundIPs, found = canonicalRanges(in.OutboundIPs, "/outbound_ips")
	config.InboundIPs, more = canonicalRanges(in.InboundIPs, "/inbound_ips")
	found = append(found, more...)
	config.Smarthost, more = checkSmarthost(in.Smarthost, "/smarthost")
	return config, append(found, more...)
}
