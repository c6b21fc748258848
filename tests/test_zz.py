from django.urls import get_resolver
def walk(r, p=""):
    for x in r.url_patterns:
        if hasattr(x,"url_patterns"): yield from walk(x,p+str(x.pattern))
        else: yield p+str(x.pattern), x
def test_x():
    for a,x in walk(get_resolver()):
        print(a, x.pattern.converters if hasattr(x.pattern,'converters') else '', getattr(x.pattern,'regex',None) and x.pattern.regex.groupindex)
