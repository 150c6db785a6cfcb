import Counter from './counter';

export default function Home() {
  return (
    <main>
      <h1>Counter</h1>
      <Counter />
    </main>
  );
}
