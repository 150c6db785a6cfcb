import sharp from 'sharp';

const picture = { width: 3, height: 1, channels: 3, background: 'red' };

export default async (app) => {
  app.get('/', async () => {
    const { width } = await sharp({ create: picture })
      .png()
      .toBuffer({ resolveWithObject: true })
      .then(({ info }) => info);
    return { odd: width % 2 === 1 };
  });
};
