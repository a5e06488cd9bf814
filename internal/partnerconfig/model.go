package partnerconfig

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// importID is the import ID and id of the singleton.
const importID = "partner"

type model struct {
	ID          types.String    `tfsdk:"id"`
	PartnerID   types.String    `tfsdk:"partner_id"`
	OutboundIPs types.Set       `tfsdk:"outbound_ips"`
	InboundIPs  types.Set       `tfsdk:"inbound_ips"`
	Smarthost   *smarthostModel `tfsdk:"smarthost"`
}

type smarthostModel struct {
	Host tfkit.Text  `tfsdk:"host"`
	Port types.Int64 `tfsdk:"port"`
}

type identityModel struct {
	ID types.String `tfsdk:"id"`
}

// fromAPI takes everything over but the spelling of what is there already.
func (m *model) fromAPI(config api.PartnerConfig) {
	m.ID = types.StringValue(importID)
	m.PartnerID = types.StringValue(config.PartnerID)
	m.OutboundIPs = tfkit.SetOf(tfkit.IPRangeType, m.OutboundIPs, config.OutboundIPs)
	m.InboundIPs = tfkit.SetOf(tfkit.IPRangeType, m.InboundIPs, config.InboundIPs)
	if config.Smarthost == nil {
		m.Smarthost = nil
		return
	}
	host := tfkit.HostType.Value(config.Smarthost.Host)
	if m.Smarthost != nil && m.Smarthost.Host.Same(host) {
		host = m.Smarthost.Host
	}
	m.Smarthost = &smarthostModel{Host: host, Port: types.Int64Null()}
	if config.Smarthost.Port != nil {
		m.Smarthost.Port = types.Int64Value(int64(*config.Smarthost.Port))
	}
}

func (m *model) toAPI() api.PartnerConfigInput {
	outbound, inbound := tfkit.Strings(m.OutboundIPs), tfkit.Strings(m.InboundIPs)
	in := api.PartnerConfigInput{OutboundIPs: &outbound, InboundIPs: &inbound}
	if m.Smarthost != nil {
		in.Smarthost = &api.Smarthost{Host: m.Smarthost.Host.ValueString()}
		if port := int(m.Smarthost.Port.ValueInt64()); port != 0 {
			in.Smarthost.Port = &port
		}
	}
	return in
}

func (m *model) identity() identityModel { return identityModel{ID: m.ID} }

// differing names the attributes in which the server's config is another one.
func (m *model) differing(config api.PartnerConfig) []string {
	var names []string
	if !tfkit.SameSet(tfkit.IPRangeType, m.OutboundIPs, config.OutboundIPs) {
		names = append(names, "outbound_ips")
	}
	if !tfkit.SameSet(tfkit.IPRangeType, m.InboundIPs, config.InboundIPs) {
		names = append(names, "inbound_ips")
	}
	if !m.sameSmarthost(config.Smarthost) {
		names = append(names, "smarthost")
	}
	return names
}

func (m *model) sameSmarthost(remote *api.Smarthost) bool {
	if m.Smarthost == nil || remote == nil {
		return m.Smarthost == nil && remote == nil
	}
	var port int64
	if remote.Port != nil {
		port = int64(*remote.Port)
	}
	return m.Smarthost.Host.Key() == tfkit.HostType.Key(remote.Host) && m.Smarthost.Port.ValueInt64() == port
}

// empty reports whether nothing is set, as after the config was cleared.
func empty(config api.PartnerConfig) bool {
	return len(config.OutboundIPs) == 0 && len(config.InboundIPs) == 0 && config.Smarthost == nil
}
