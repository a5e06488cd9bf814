package tfkit

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// KeepSpelling plans the prior value where configuration and prior value differ in spelling only. It stands before
// RequiresReplace, since semantic equality of a custom type does not run during plan.
func KeepSpelling(t TextType) planmodifier.String { return keepSpelling{t} }

type keepSpelling struct{ kind TextType }

func (m keepSpelling) Description(context.Context) string {
	return "Differences in spelling alone are no change."
}

func (m keepSpelling) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (m keepSpelling) PlanModifyString(_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if req.StateValue.IsNull() || req.PlanValue.IsNull() || req.PlanValue.IsUnknown() {
		return
	}
	if m.kind.Key(req.StateValue.ValueString()) == m.kind.Key(req.PlanValue.ValueString()) {
		resp.PlanValue = req.StateValue
	}
}

// KeepSetSpelling plans the prior set where the configured one differs in spelling only. Terraform takes a planned set
// only if it is the configured or the prior one as a whole, so single members are not mixed.
func KeepSetSpelling(t TextType) planmodifier.Set { return keepSetSpelling{t} }

type keepSetSpelling struct{ kind TextType }

func (m keepSetSpelling) Description(context.Context) string {
	return "Differences in spelling alone are no change."
}

func (m keepSetSpelling) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (m keepSetSpelling) PlanModifySet(_ context.Context, req planmodifier.SetRequest, resp *planmodifier.SetResponse) {
	if req.StateValue.IsNull() || !FullyKnown(req.PlanValue) || req.PlanValue.IsNull() {
		return
	}
	if sameKeys(m.kind, Strings(req.StateValue), Strings(req.PlanValue)) {
		resp.PlanValue = req.StateValue
	}
}

// NoDoubles refuses a set in which one thing stands in two spellings, or in which something has no canonical form at all:
// the framework asks a value to validate itself, but not the members of a set.
func NoDoubles(t TextType) validator.Set { return noDoubles{t} }

type noDoubles struct{ kind TextType }

func (v noDoubles) Description(context.Context) string {
	return "All members are well-formed, and nothing stands in the set twice, also not in two spellings."
}

func (v noDoubles) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v noDoubles) ValidateSet(_ context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	seen := make(map[string]string)
	for _, s := range Strings(req.ConfigValue) {
		key, err := forms[v.kind.form].canon(s)
		if err != nil {
			resp.Diagnostics.AddAttributeError(req.Path, "Invalid "+forms[v.kind.form].name, fmt.Sprintf("Attribute %s: %s.", req.Path, err))
			continue
		}
		if first, ok := seen[key]; ok {
			resp.Diagnostics.AddAttributeError(req.Path, "The same "+forms[v.kind.form].name+" twice",
				fmt.Sprintf("Attribute %s: %q and %q are the same. Keep one of them.", req.Path, first, s))
			continue
		}
		seen[key] = s
	}
}

// NoDoubleKeys refuses a map in which one key stands in two spellings, or has no canonical form at all.
func NoDoubleKeys(t TextType) validator.Map { return noDoubleKeys{t} }

type noDoubleKeys struct{ kind TextType }

func (v noDoubleKeys) Description(context.Context) string {
	return "All keys are well-formed, and none stands in the map in two spellings."
}

func (v noDoubleKeys) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v noDoubleKeys) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	name := forms[v.kind.form].name
	seen := make(map[string]string)
	for _, s := range slices.Sorted(maps.Keys(req.ConfigValue.Elements())) {
		at := req.Path.AtMapKey(s)
		key, err := forms[v.kind.form].canon(s)
		if err != nil {
			resp.Diagnostics.AddAttributeError(at, "Invalid "+name, fmt.Sprintf("Attribute %s: %s.", at, err))
			continue
		}
		if first, ok := seen[key]; ok {
			resp.Diagnostics.AddAttributeError(at, "The same "+name+" twice",
				fmt.Sprintf("Attribute %s: the keys %q and %q are the same. Keep one of them.", req.Path, first, s))
			continue
		}
		seen[key] = s
	}
}

// Strings are the known members of a set of strings.
func Strings(set types.Set) []string {
	out := make([]string, 0, len(set.Elements()))
	for _, element := range set.Elements() {
		if s, ok := element.(interface{ ValueString() string }); ok && !element.IsNull() && !element.IsUnknown() {
			out = append(out, s.ValueString())
		}
	}
	return out
}

// FullyKnown reports whether the set and all its members are known.
func FullyKnown(set types.Set) bool {
	if set.IsUnknown() {
		return false
	}
	for _, element := range set.Elements() {
		if element.IsUnknown() {
			return false
		}
	}
	return true
}

// SetOf makes the set for what the server answered. Members keep the spelling that they have in prior (plan or state);
// an empty answer stays null where prior is null or unknown.
func SetOf(t TextType, prior types.Set, remote []string) types.Set {
	if len(remote) == 0 && (prior.IsNull() || prior.IsUnknown()) {
		return types.SetNull(t)
	}
	spelling := make(map[string]string)
	for _, s := range Strings(prior) {
		spelling[t.Key(s)] = s
	}
	elements := make([]attr.Value, len(remote))
	for i, s := range remote {
		if kept, ok := spelling[t.Key(s)]; ok {
			s = kept
		}
		elements[i] = t.Value(s)
	}
	return types.SetValueMust(t, elements)
}

// SameSet reports whether the set and what the server answered differ at most in spelling; null is empty.
func SameSet(t TextType, set types.Set, remote []string) bool {
	return sameKeys(t, Strings(set), remote)
}

func sameKeys(t TextType, a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	keys := make(map[string]bool, len(a))
	for _, s := range a {
		keys[t.Key(s)] = true
	}
	for _, s := range b {
		if !keys[t.Key(s)] {
			return false
		}
	}
	return true
}
