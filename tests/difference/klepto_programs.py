"""Programs as users of klepto write them; each prints what it sees, and may be run twice."""

from __future__ import annotations

from typing import Final

PROGRAMS: Final = {
    "the six decorators": """
import klepto
from klepto import inf_cache, lfu_cache, lru_cache, mru_cache, no_cache, rr_cache

for decorator in (inf_cache, lru_cache, lfu_cache, mru_cache, rr_cache, no_cache):
    calls = []

    @decorator(maxsize=50)
    def area(width, height=1):
        "The area of a rectangle."
        calls.append((width, height))
        return width * height

    print([area(2), area(2, 1), area(width=2), area(height=1, width=2), area(3, height=4)])
    print(area.info(), calls, area.__name__, area.__doc__, area.__wrapped__(5, 6))
    area.clear(keepstats=True)
    print(area.info(), area(2), area.info().hit)
    area.clear()
    print(area.info(), area.__mask__())

for size in (None, 0, 2):
    f = lru_cache(maxsize=size)(lambda x: x)
    print([f(x) for x in (1, 2, 3, 1, 2, 3)], f.info())
f = klepto.lru_cache(3, None, klepto.keymaps.stringmap(), ('y',), 1, False, True)(lambda x, y: x)
print(f(1.21, 2), f(1.23, 3), f.info(), f.key(1.24, 5), f.__mask__(), f.__map__())
""",
    "a memoized class": """
from klepto.safe import inf_cache as memoized
from klepto.keymaps import picklemap
dumps = picklemap(flat=False, serializer='dill')

class Telescope(object):
    @memoized(keymap=dumps, ignore='self')
    def point(self, *angles, **settings):
        return sum(angles) + len(settings)

one, two = Telescope(), Telescope()
print(one.point(1, 2), two.point(1, 2), one.point(1, gain='high'), two.point(1, gain='high'))
print(one.point.info(), len(one.point.__cache__()))
print(one.point.key(one, 1, 2) == dumps(1, 2), one.point.lookup(two, 1, 2))

@memoized(keymap=dumps)
def fibonacci(n):
    return n if n in (0, 1) else fibonacci(n - 1) + fibonacci(n - 2)
print(fibonacci(30), fibonacci(7), fibonacci.info())

@memoized(keymap=dumps, tol=1, deep=True)
def total(numbers, offset=0):
    return sum(numbers) + offset
print(total([1.11, 2.22]), total([1.13, 2.24]), total([1.13, 2.26], 1), total.info())
""",
    "a study that is continued": """
from klepto import lru_cache as memoize
from klepto.archives import dir_archive
from klepto.keymaps import hashmap, stringmap

computed = []

@memoize(maxsize=3, cache=dir_archive('runs'), keymap=hashmap(algorithm='md5'), ignore='verbose')
def simulate(steps, dt=0.5, verbose=False):
    computed.append(steps)
    return {'steps': steps, 'energy': steps * dt}

for steps in (1, 2, 3, 4, 2):
    print(simulate(steps, verbose=True))
print(simulate.info(), computed)
simulate.dump()
print(simulate.info(), len(simulate.__cache__()), len(simulate.__cache__().archive))
simulate.clear()
print(simulate(1), simulate.info())
simulate.load()
print(sorted(simulate.__cache__().archive) == sorted(simulate.key(n) for n in (1, 2, 3, 4)))

results = dir_archive('more')
@memoize(maxsize=None, cache=results, keymap=stringmap())
def double(x):
    return 2 * x
results.load()
print([double(x) for x in (1, 'a', 2.5)], double.info(), sorted(results.values(), key=str))
results.dump()
print(len(results.archive), results.archived(), results['2.5' and double.key(2.5)])
""",
    "caches over archives": """
import klepto
from klepto.archives import *

with open('notes.txt', 'w') as notes:
    print(notes.write('open is still open'))
store = dict_archive('store', dict(a=1, b=[2, 3]), cached=True)
print(sorted(store.items()), len(store.archive), store.archived())
store.dump('a')
print(dict(store.archive), store | {'z': 1}, {'z': 1} | store, type(store | {}) is dict)
store |= {'z': 1}
print(store.pop('z'))
store['c'] = 3
store.sync()
print(sorted(store.archive), store.popkeys(['a', 'c']), sorted(store))
store.load('a')
print(sorted(store.items(), key=str), store.get('zz', 0))
store.archived(False)
store['d'] = 4
store.dump()
print(store.archived(), len(store.archive))
store.archived(True)
print(store.archived(), sorted(store.archive))
store.sync(clear=True)
print(sorted(store.archive))
store.drop()
print(store.archived(), sorted(store))
try:
    store.archived(True)
except ValueError:
    print('no archive')
try:
    store.drop()
except ValueError:
    print('none to drop')
try:
    store.archived(True, False)
except TypeError:
    print('one argument at most')
folder = dir_archive('folder', cached=False)
folder['x'] = 1
folder.update({'y': 2, 'z': (3, 4)})
print(sorted(folder.items()), 'x' in folder, folder.pop('z'), folder.setdefault('x', 9))
print(folder.popkeys(['y', 'nothing'], None), dict(folder), folder.archived())
print(folder.archive is folder)
store.open(folder)
store.load()
print(sorted(store.items(), key=str), store.archived())
again = cache({'k': 1}, archive=dir_archive('folder', cached=False))
again.dump()
print(sorted(folder), again == {'k': 1}, klepto.archives.cache is cache)
nothing = null_archive(dict={'a': 1})
nothing.dump()
print(dict(nothing), nothing.archived(), dict(null_archive(cached=False)))
folder.clear()
print(len(folder))
for method in ('open', 'drop', 'archived'):
    try:
        getattr(folder, method)(*([True] if method != 'drop' else []))
    except ValueError:
        print('an archive has no archive')
""",
    "an archive that is loaded before there is a function": """
import random
from klepto import inf_cache, lru_cache
from klepto.archives import dir_archive
from klepto.keymaps import stringmap

class Cached(object):
    "An objective whose values are kept, as optimizers have it."
    def __init__(self, objective, archive, **options):
        memo = inf_cache(cache=archive, keymap=stringmap(flat=False), **options)
        self.costs = memo(lambda *x: objective(x))
    def __call__(self, x):
        return self.costs(*x)

def rosenbrock(x):
    return sum(100. * (b - a ** 2) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))

known = dir_archive('known')
known.load()
print(len(known), len(known.archive))
cost = Cached(rosenbrock, known, tol=3)
numbers = random.Random(5)
x = [0.8, 1.2, 0.7]
for _ in range(50):
    y = [round(v + numbers.choice([-.1, 0, 0, .1]), 3) for v in x]
    x = min(x, y, key=cost)
print(x, cost(x), cost.costs.info(), len(known), min(known.values()) == cost(x))
print(sorted(cost.costs.__cache__())[0])
known.dump()
known.clear()
known.load()
print(len(known), len(known.archive), cost(x), cost.costs.info())
""",
    "keymaps": """
from klepto.keymaps import *
from klepto.keymaps import keymap

def show(made):
    print(made, made(1, 'a', z=2.5), made(b='x', a=None), made(7), made.encode(1))
    print(made.typed, made.flat)
for made in (keymap(), keymap(typed=True), keymap(flat=False), keymap(sentinel=SENTINEL),
             hashmap(algorithm='md5'), hashmap(algorithm='sha256', typed=True), stringmap(),
             stringmap(encoding='utf_8'), stringmap(encoding='repr', flat=False),
             picklemap(), picklemap(serializer='pickle'), picklemap(serializer='json'),
             picklemap(serializer='dill', protocol=2), keymap(sentinel='|', typed=True)):
    show(made)
both = keymap(typed=False, flat=True) + hashmap(algorithm='md5')
show(both)
show(both + stringmap())
print(both.inner, both.outer, both.__type__, both.__stub__, both(1) == both.outer(both.inner(1)))
print(hashmap()(1, 2) == hash((1, 2)), SENTINEL, NOSENTINEL, stringmap().sentinel)
made = stringmap()
made.sentinel = SENTINEL
print(made(1, x=2), made.dumps('text'))
for broken in (lambda: made + 3, lambda: made.loads('x'), lambda: setattr(made, 'inner', made)):
    try:
        broken()
    except (TypeError, NotImplementedError) as error:
        print(type(error).__name__)
""",
    "looking at functions": """
from functools import partial
from klepto import NULL, _keygen, isvalid, keygen, signature, strip_markup, validate
from klepto.keymaps import hashmap, stringmap

def f(x, y, z=3, *rest, **more):
    return x + y + z
class Scale(object):
    def __init__(self, by=1): self.by = by
    def of(self, x, unit='m'): return x

for function in (f, partial(f, 1), partial(f, y=2), Scale().of, lambda: 0):
    print(signature(function), signature(function, markup=False))
    print(signature(function, variadic=False))
    names, defaults = signature(function)[:2]
    print(strip_markup(names, defaults))
    print([isvalid(function, *a, **k) for a in ((), (1,), (1, 2)) for k in ({}, {'z': 1})])
print(signature(max, safe=True), NULL)
for arguments in ((1, 2), (), (1, 2, 3, 4)):
    try:
        print(validate(f, *arguments))
    except TypeError:
        print('invalid')
for ignored in ((), 'x', ('y', '**'), ('*', 0), ('z', 3), 'w'):
    print(_keygen(f, ignored, 1, 2, 3, 4, 5, w=6))
    print(_keygen(f, ignored, 1, y=2) == _keygen(f, ignored, y=2, x=1))

@keygen('x', '**')
def g(x, y, z=2):
    return x + y + z
print(g(0, 1, 2), g.valid(), g(0, 1, r=3), g.valid(), g(10, y=2, z=10), g.call())
g.register(hashmap(algorithm='md5'))
print(g(0, 1), g.keymap(), g.key() == g(5, 1), g.__ignored__, g.__func__(1, 2), g.__args__())
@keygen(keymap=stringmap(), tol=1, deep=True)
def h(x, y=2):
    return x
print(h(1.26), h([1.24, 1.26], y=(3.33,)))
""",
    "rounding": """
from klepto.rounding import *
from klepto.rounding import deep_round, shallow_round, simple_round

for rounding in (simple_round, shallow_round, deep_round):
    for tol in (None, 0, 2, -1):
        @rounding(tol=tol)
        def show(*args, **kwds):
            return args, kwds
        print(show(12.345, 7, [1.256, (2.345, [3.456])], x=0.125))

@deep_round(1)
def add(x, y):
    return x + y
print(add(2.54, 5.47), add([2.55, 5.12], [1.46]), add.__wrapped__(2.54, 5.47))
""",
    "crypto and tools": """
from klepto import crypto, tools
from klepto.crypto import algorithms, encodings, hash, pickle, serializers, string
from klepto.tools import CacheInfo, isiterable, _b

for thing in (1, 'text', (1, 'a'), [1, {2: 3.5}], None):
    print(hash(thing, algorithm='md5'), hash(thing, 'sha1'), string(thing), string(thing, 'repr'))
    print(string(thing, encoding='utf_8'), pickle(thing), pickle(thing, serializer='pickle'))
    print(isiterable(thing))
print(hash(5) == 5, None in algorithms(), 'md5' in hash.algorithms(), 'utf_8' in string.encodings())
print('pickle' in serializers(), pickle.serializers()[0], encodings()[0])
print(CacheInfo(1, 2, 3, 4, 5), _b('abc'), tools.IS_PYPY, CacheInfo(1, 2, 3, 4, 5).load)
""",
    "everything that is there": """
import contextlib, io
import klepto
from klepto import *
from klepto import archives, crypto, keymaps, rounding, safe, tools
from klepto import NULL, isvalid, keygen, signature, strip_markup, validate
from klepto.archives import cache, dict_archive, dir_archive, null_archive
from klepto.safe import inf_cache, lfu_cache, lru_cache, mru_cache, no_cache, rr_cache
from klepto.rounding import deep_round_factory, shallow_round_factory, simple_round_factory

for say in (klepto.citation, klepto.license):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        say()
    print(len(said.getvalue()) > 100)
for text in (klepto.__version__, klepto.__doc__, klepto.__author__, klepto.__license__):
    print(isinstance(text, str))
print(klepto.safe is safe, sorted(safe.__all__), NULL)
space = {}
exec('from klepto import *', space)
names = ('archives', 'crypto', 'keymaps', 'rounding', 'safe', 'tools', 'lru_cache', 'keygen')
print([name in space for name in names])
print(space['safe'].lru_cache(keymap=space['keymaps'].stringmap())(len)('abc'))
print(sorted(keymaps.__all__), sorted(rounding.__all__), tools.__all__)
""",
    "a function and its archive": """
from klepto import inf_cache, no_cache
from klepto.archives import cache, dict_archive, dir_archive
from klepto.keymaps import stringmap

@inf_cache(keymap=stringmap(), cache=dict())
def square(x):
    return x * x
print(square(3), square.archived(), square.__cache__() == {square.key(3): 9})
square.archive(dict_archive('squares'))
print(square.archived(), square(4), len(square.__cache__().archive))
square.dump(square.key(3))
print(dict(square.__cache__().archive))
square.dump()
square.clear()
print(square.info(), square(4), square.info())
square.load(square.key(3))
print(square(3), square.info(), square.lookup(3))
square.archived(False)
print(square.archived(), square(5))
square.archived(True)
print(sorted(square.__cache__().archive.values()))
square.__cache__()[square.key(7)] = 'by hand'
print(square(7), square.info())
square.__cache__().sync(clear=True)
print(sorted(map(str, square.__cache__().archive.values())), square.__cache__().archive.get('no'))

cube = inf_cache(keymap=stringmap(), cache={"('x', 2)": 'given'})(lambda x: x ** 3)
print(cube(2), cube(3), cube.info(), sorted(cube.__cache__()))
known = cache({"('x', 5)": 'known'}, archive=dict_archive(cached=False))
cube = inf_cache(keymap=stringmap(), cache=known)(lambda x: x ** 3)
print(cube(5), cube(6), cube.info(), sorted(known), len(known.archive))
known.dump()
print(len(known.archive), known.pop("('x', 6)"), cube(6), cube.info())
more = inf_cache(keymap=stringmap(), cache=cube.__cache__())(lambda x: x ** 3)
print(more(5), more.info().hit)

@no_cache(cache=dir_archive('straight'), keymap=stringmap())
def straight(x):
    return -x
print(straight(1), straight(1), straight(2), straight.info(), len(straight.__cache__().archive))

@inf_cache(cache=dir_archive('at once', cached=False), keymap=stringmap())
def at_once(x):
    return [x]
print(at_once(1), at_once(1), at_once.info().hit, at_once.info()[1:3])
print(dir_archive('at once', cached=False).archived(), len(dir_archive('at once', cached=False)))
""",
    "functions that travel": """
import copy, pickle
import dill
from klepto import inf_cache, lru_cache
from klepto.archives import dict_archive
from klepto.keymaps import hashmap, picklemap, stringmap

decorator = lru_cache(maxsize=2, keymap=stringmap(), ignore='y', tol=1)
alike = [pickle.loads(pickle.dumps(decorator)), dill.loads(dill.dumps(decorator))]
for travelled in [decorator] + alike:
    f = travelled(lambda x, y=0: x)
    print(f(1.21), f(1.23, y=3), f.key(1.2), f.info())
for made in (stringmap(), hashmap(algorithm='md5'), picklemap(serializer='dill') + stringmap()):
    print(pickle.loads(pickle.dumps(made))(1, x=2) == made(1, x=2), repr(copy.copy(made)))

@inf_cache(keymap=stringmap())
def g(x):
    return x + 1
g(1)
there = dill.loads(dill.dumps(g))
print(there(1), there(2), there.info().miss >= 1, g.info())
store = dict_archive(dict={'a': 1}, cached=True)
print(dict(dill.loads(dill.dumps(store))))
""",
}
