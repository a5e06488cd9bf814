package tfkit

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// MemberValue is what an authoritative map has about one of its members, the value to a key that is an e-mail address.
type MemberValue[V any] interface {
	// Known reports whether nothing of it is left for the apply to find out.
	Known() bool
	// DiffersFrom names the attributes in which it is another than before.
	DiffersFrom(before V) []Difference
}

// Difference is an attribute with two values, as a text can show them.
type Difference struct{ Attribute, Before, After string }

// Member of an authoritative map. Its key is spelled as in the configuration, or else as in state or by the server.
type Member[V MemberValue[V]] struct {
	Key   string
	Value V
	// Version is that of the server's object, where it is known.
	Version string
}

// Members by folded e-mail address.
type Members[V MemberValue[V]] map[string]Member[V]

// MembersOf reads a map of objects; none if it is unknown as a whole. read makes a value of the attributes of an object,
// or of nil where all of it is unknown.
func MembersOf[V MemberValue[V]](all types.Map, read func(map[string]attr.Value) V) Members[V] {
	members := make(Members[V], len(all.Elements()))
	for key, value := range all.Elements() {
		var attributes map[string]attr.Value
		if object, ok := value.(types.Object); ok && !object.IsUnknown() {
			attributes = object.Attributes()
		}
		members[EmailType.Key(key)] = Member[V]{Key: key, Value: read(attributes)}
	}
	return members
}

// MembersIn are those of a list of which read makes each a member.
func MembersIn[I any, V MemberValue[V]](list []I, read func(I) Member[V]) Members[V] {
	members := make(Members[V], len(list))
	for _, item := range list {
		one := read(item)
		members[EmailType.Key(one.Key)] = one
	}
	return members
}

// Map makes a map of objects of the type of the members.
func (m Members[V]) Map(of types.ObjectType, write func(V) map[string]attr.Value) types.Map {
	values := make(map[string]attr.Value, len(m))
	for _, one := range m {
		values[one.Key] = types.ObjectValueMust(of.AttrTypes, write(one.Value))
	}
	return types.MapValueMust(of, values)
}

// Has reports whether the member is there, with just this value.
func (m Members[V]) Has(email string, wanted Member[V]) bool {
	one, ok := m[email]
	return ok && len(wanted.Value.DiffersFrom(one.Value)) == 0
}

// SameAs reports whether nobody comes, goes or changes; keys may be spelled differently.
func (m Members[V]) SameAs(other Members[V]) bool {
	if len(m) != len(other) {
		return false
	}
	for email, one := range m {
		if !other.Has(email, one) {
			return false
		}
	}
	return true
}

// SpelledAs answers the members with the keys that the prior map has for them.
func (m Members[V]) SpelledAs(prior Members[V]) Members[V] {
	spelled := maps.Clone(m)
	for email, one := range spelled {
		if before, ok := prior[email]; ok {
			one.Key = before.Key
			spelled[email] = one
		}
	}
	return spelled
}

// Without answers those of m who are not in other.
func (m Members[V]) Without(other Members[V]) Members[V] {
	rest := Members[V]{}
	for email, one := range m {
		if _, ok := other[email]; !ok {
			rest[email] = one
		}
	}
	return rest
}

// With answers those of both; other has the last word.
func (m Members[V]) With(other Members[V]) Members[V] {
	both := maps.Clone(m)
	maps.Copy(both, other)
	return both
}

// FoundIn answers those of m who are there now, with the versions that they have now.
func (m Members[V]) FoundIn(now Members[V]) Members[V] {
	found := Members[V]{}
	for email, one := range m {
		if there, ok := now[email]; ok {
			one.Version = there.Version
			found[email] = one
		}
	}
	return found
}

// Emails are folded, and in order, so that requests and errors have one.
func (m Members[V]) Emails() []string { return slices.Sorted(maps.Keys(m)) }

// Names lists the addresses, but not hundreds of them.
func (m Members[V]) Names() string {
	const most = 10
	var names []string
	for _, email := range m.Emails() {
		names = append(names, m[email].Key)
	}
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// MemberPlace finds what an answer says of a member of the map. attributes are those of the member.
func MemberPlace(of path.Path, key string, attributes ...string) Place {
	at := of.AtMapKey(key)
	return func(field string) path.Path {
		if name := strings.TrimPrefix(field, "/"); slices.Contains(attributes, name) {
			return at.AtName(name)
		}
		return at // the address itself, or all of it
	}
}
