package ldaptest

import (
	"slices"
	"strconv"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// search answers whole subtrees, which is the only scope that anybody here asks for.
func (c *session) search(id int64, packet *ber.Packet, content Content, behavior Behavior) bool {
	c.mu.Lock()
	c.searches++
	c.mu.Unlock()
	request := packet.Children[1]
	if len(request.Children) < 8 {
		return false
	}
	base := text(request.Children[0])
	done := func(code uint16, why string, controls ...ldap.Control) bool {
		return c.result(id, ldap.ApplicationSearchResultDone, code, why, controls...)
	}
	switch {
	case !c.signedIn:
		return done(ldap.LDAPResultInsufficientAccessRights, "sign in first")
	case !below(base, content.BaseDN):
		return done(ldap.LDAPResultNoSuchObject, "")
	case !sameDN(base, content.BaseDN) && !slices.ContainsFunc(content.Entries, func(e Entry) bool { return sameDN(e.DN, base) }):
		return done(ldap.LDAPResultNoSuchObject, "")
	case behavior.SearchResult != 0:
		return done(behavior.SearchResult, "so it was told")
	}
	var found []Entry
	for _, entry := range content.Entries {
		if below(entry.DN, base) && matches(request.Children[6], entry) {
			found = append(found, entry)
		}
	}
	from, until := 0, len(found)
	paging := pagingOf(packet)
	if paging != nil && !behavior.NoPaging {
		from, _ = strconv.Atoi(string(paging.Cookie)) // empty is the beginning
		size := int(paging.PagingSize)
		if behavior.MaxPage > 0 {
			size = min(size, behavior.MaxPage)
		}
		from = min(max(from, 0), len(found))
		until = min(from+size, len(found))
	}
	exceeded := behavior.MaxEntries > 0 && until > behavior.MaxEntries
	if exceeded {
		until = max(from, behavior.MaxEntries)
	}
	for _, entry := range found[from:until] {
		if behavior.BreakAfter > 0 && c.given >= behavior.BreakAfter {
			return false
		}
		c.given++
		if !c.send(id, encode(entry, request.Children[7])) {
			return false
		}
	}
	for _, reference := range behavior.References {
		op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultReference, nil, "")
		op.AppendChild(octets(reference))
		if !c.send(id, op) {
			return false
		}
	}
	switch {
	case exceeded:
		return done(ldap.LDAPResultSizeLimitExceeded, "")
	case paging == nil || behavior.NoPaging:
		return done(ldap.LDAPResultSuccess, "")
	}
	next := ldap.NewControlPaging(0)
	if until < len(found) {
		next.SetCookie([]byte(strconv.Itoa(until)))
	}
	return done(ldap.LDAPResultSuccess, "", next)
}

func pagingOf(packet *ber.Packet) *ldap.ControlPaging {
	if len(packet.Children) < 3 {
		return nil
	}
	for _, child := range packet.Children[2].Children {
		if control, err := ldap.DecodeControl(child); err == nil {
			if paging, ok := control.(*ldap.ControlPaging); ok {
				return paging
			}
		}
	}
	return nil
}

// encode gives out the attributes that were asked for by their names.
func encode(entry Entry, wanted *ber.Packet) *ber.Packet {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultEntry, nil, "")
	op.AppendChild(octets(entry.DN))
	attributes := ber.NewSequence("")
	for _, name := range wanted.Children {
		values := entry.values(text(name))
		if len(values) == 0 {
			continue
		}
		attribute := ber.NewSequence("")
		attribute.AppendChild(octets(text(name)))
		set := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
		for _, value := range values {
			set.AppendChild(octets(value))
		}
		attribute.AppendChild(set)
		attributes.AppendChild(attribute)
	}
	op.AppendChild(attributes)
	return op
}

// bitAnd is Active Directory's rule that all bits of a number are set.
const bitAnd = "1.2.840.113556.1.4.803"

// matches judges an entry by a filter (RFC 4511, section 4.5.1.7). What it does not know matches nothing.
func matches(filter *ber.Packet, entry Entry) bool {
	inner := func(child *ber.Packet) bool { return matches(child, entry) }
	switch filter.Tag {
	case ldap.FilterAnd:
		return !slices.ContainsFunc(filter.Children, func(child *ber.Packet) bool { return !inner(child) })
	case ldap.FilterOr:
		return slices.ContainsFunc(filter.Children, inner)
	case ldap.FilterNot:
		return len(filter.Children) == 1 && !inner(filter.Children[0])
	case ldap.FilterPresent:
		return len(entry.values(text(filter))) > 0
	case ldap.FilterEqualityMatch:
		return slices.ContainsFunc(entry.values(text(filter.Children[0])), func(value string) bool { return strings.EqualFold(value, text(filter.Children[1])) })
	case ldap.FilterSubstrings:
		return slices.ContainsFunc(entry.values(text(filter.Children[0])), func(value string) bool { return substrings(value, filter.Children[1].Children) })
	case ldap.FilterExtensibleMatch:
		return extensible(filter, entry)
	default:
		return false
	}
}

func substrings(value string, parts []*ber.Packet) bool {
	value = strings.ToLower(value)
	for _, part := range parts {
		wanted := strings.ToLower(text(part))
		at := strings.Index(value, wanted)
		switch part.Tag {
		case ldap.FilterSubstringsInitial:
			if at != 0 {
				return false
			}
		case ldap.FilterSubstringsFinal:
			return strings.HasSuffix(value, wanted)
		default:
		}
		if at < 0 {
			return false
		}
		value = value[at+len(wanted):]
	}
	return true
}

func extensible(filter *ber.Packet, entry Entry) bool {
	var rule, attribute, value string
	for _, child := range filter.Children {
		switch child.Tag {
		case ldap.MatchingRuleAssertionMatchingRule:
			rule = text(child)
		case ldap.MatchingRuleAssertionType:
			attribute = text(child)
		case ldap.MatchingRuleAssertionMatchValue:
			value = text(child)
		default:
		}
	}
	bits, err := strconv.ParseInt(value, 10, 64)
	return rule == bitAnd && err == nil && slices.ContainsFunc(entry.values(attribute), func(has string) bool {
		number, err := strconv.ParseInt(has, 10, 64)
		return err == nil && number&bits == bits
	})
}
