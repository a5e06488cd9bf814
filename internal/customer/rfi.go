package customer

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// The Request for Information is an object of the framework instead of a struct, since as a whole and in each of its
// parts it can be unknown: whatever the configuration leaves out is filled by the server.
var (
	smarthostTypes = map[string]attr.Type{"host": tfkit.HostType, "port": types.Int64Type}
	rfiTypes       = map[string]attr.Type{
		"outbound_ips": types.SetType{ElemType: tfkit.IPRangeType},
		"inbound_ips":  types.SetType{ElemType: tfkit.IPRangeType},
		"smarthost":    types.ObjectType{AttrTypes: smarthostTypes},
	}
)

// part is a part of an object, or the null value where there is none: in a null or unknown object.
func part[T attr.Value](object types.Object, name string) T {
	value, _ := object.Attributes()[name].(T)
	return value
}

// given reports whether a value is there to compare and to send.
func given(value attr.Value) bool { return !value.IsNull() && !value.IsUnknown() }

// rfiFromAPI takes everything over but the spelling of what is in prior.
func rfiFromAPI(prior types.Object, remote api.RFI) types.Object {
	return types.ObjectValueMust(rfiTypes, map[string]attr.Value{
		"outbound_ips": ipSet(part[types.Set](prior, "outbound_ips"), remote.OutboundIPs),
		"inbound_ips":  ipSet(part[types.Set](prior, "inbound_ips"), remote.InboundIPs),
		"smarthost":    smarthostFromAPI(part[types.Object](prior, "smarthost"), remote.Smarthost),
	})
}

// ipSet is never null, so that expressions can iterate over what the server filled in.
func ipSet(prior types.Set, remote []string) types.Set {
	if !given(prior) {
		prior = types.SetValueMust(tfkit.IPRangeType, nil)
	}
	return tfkit.SetOf(tfkit.IPRangeType, prior, remote)
}

func smarthostFromAPI(prior types.Object, remote *api.Smarthost) types.Object {
	if remote == nil {
		return types.ObjectNull(smarthostTypes)
	}
	host := tfkit.HostType.Value(remote.Host)
	if spelled := part[tfkit.Text](prior, "host"); spelled.Same(host) {
		host = spelled
	}
	return types.ObjectValueMust(smarthostTypes, map[string]attr.Value{"host": host, "port": int64Value(remote.Port)})
}

// rfiToAPI leaves out what is not given, which the server then fills or keeps.
func rfiToAPI(rfi types.Object) *api.RFIInput {
	in := &api.RFIInput{
		OutboundIPs: ipsToAPI(part[types.Set](rfi, "outbound_ips")),
		InboundIPs:  ipsToAPI(part[types.Set](rfi, "inbound_ips")),
		Smarthost:   smarthostToAPI(part[types.Object](rfi, "smarthost")),
	}
	if *in == (api.RFIInput{}) {
		return nil
	}
	return in
}

func ipsToAPI(set types.Set) *[]string {
	if !given(set) || !tfkit.FullyKnown(set) {
		return nil
	}
	ips := tfkit.Strings(set)
	return &ips
}

func smarthostToAPI(smarthost types.Object) *api.Smarthost {
	host := part[tfkit.Text](smarthost, "host")
	if !given(host) {
		return nil
	}
	return &api.Smarthost{Host: host.ValueString(), Port: intPointer(part[types.Int64](smarthost, "port"))}
}

// sameRFI compares what is given.
func sameRFI(rfi types.Object, remote api.RFI) bool {
	return sameIPs(part[types.Set](rfi, "outbound_ips"), remote.OutboundIPs) &&
		sameIPs(part[types.Set](rfi, "inbound_ips"), remote.InboundIPs) &&
		sameSmarthost(rfi, remote.Smarthost)
}

func sameIPs(set types.Set, remote []string) bool {
	return !given(set) || tfkit.SameSet(tfkit.IPRangeType, set, remote)
}

// sameSmarthost takes a null smarthost for "there is none", which is more than one that is left out.
func sameSmarthost(rfi types.Object, remote *api.Smarthost) bool {
	smarthost := part[types.Object](rfi, "smarthost")
	switch {
	case !given(rfi), smarthost.IsUnknown():
		return true
	case smarthost.IsNull(), remote == nil:
		return smarthost.IsNull() && remote == nil
	}
	host, port := part[tfkit.Text](smarthost, "host"), part[types.Int64](smarthost, "port")
	return (host.IsUnknown() || host.Same(tfkit.HostType.Value(remote.Host))) &&
		(port.IsUnknown() || port.Equal(int64Value(remote.Port)))
}
